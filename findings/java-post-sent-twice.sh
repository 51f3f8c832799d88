#!/usr/bin/env bash
# Java 17: a POST whose reused connection ends without a reply is sent again, with the nonce that Signpost signed once.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo "program:  OpenJDK, Debian $(dpkg-query -W -f '${Version}' openjdk-17-jre-headless); Signpost, Debian $(
  dpkg-query -W -f '${Version}' liboauth-signpost-java)"

cat > Twice.java <<'JAVA'
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URL;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import oauth.signpost.basic.DefaultOAuthConsumer;

public class Twice {
    // What the API got: a nonce for each request.
    static final List<String> nonces = new ArrayList<>();

    public static void main(String[] none) throws Exception {
        ServerSocket api = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        Thread server = new Thread(() -> serve(api));
        server.setDaemon(true);
        server.start();
        String url = "http://127.0.0.1:" + api.getLocalPort() + "/orders";
        DefaultOAuthConsumer consumer = new DefaultOAuthConsumer("k", "s");
        String first = post(consumer, url);
        String second = post(consumer, url);
        System.out.println("given:    two POSTs, each signed and sent once; the API replies to the first,");
        System.out.println("          takes the second, and the connection ends");
        System.out.println("expected: the second is an IOException; the API got 2 requests, each with its own nonce");
        synchronized (nonces) {
            boolean again = nonces.size() == 3 && nonces.get(1).equals(nonces.get(2)) && !nonces.get(0).equals(nonces.get(1));
            System.out.println("seen:     " + first + ", then " + second + "; the API got " + nonces.size() + " requests");
            System.out.println("          the third has the nonce of the second: " + again);
            System.exit(again && second.equals("401") ? 0 : 1);
        }
    }

    static String post(DefaultOAuthConsumer consumer, String url) throws Exception {
        HttpURLConnection connection = (HttpURLConnection) new URL(url).openConnection();
        connection.setRequestMethod("POST");
        connection.setReadTimeout(10_000);
        connection.setDoOutput(true);
        connection.setRequestProperty("Content-Type", "application/json");
        consumer.sign(connection);
        connection.getOutputStream().write("{}".getBytes());
        try {
            return String.valueOf(connection.getResponseCode());
        } catch (IOException refused) {
            return refused.getClass().getSimpleName();
        }
    }

    /** Like an API that checks nonces, and that dies while it answers its second request. */
    static void serve(ServerSocket api) {
        try {
            while (true) {
                try (Socket connection = api.accept()) {
                    String nonce;
                    while ((nonce = nonceOf(connection.getInputStream())) != null) {
                        boolean isUsed;
                        int count;
                        synchronized (nonces) {
                            isUsed = nonces.contains(nonce);
                            nonces.add(nonce);
                            count = nonces.size();
                        }
                        if (count == 2) break;
                        String status = isUsed ? "401 Unauthorized" : "200 OK";
                        connection.getOutputStream()
                            .write(("HTTP/1.1 " + status + "\r\nContent-Length: 0\r\n\r\n").getBytes());
                    }
                }
            }
        } catch (IOException ended) {
            System.err.println(ended);
        }
    }

    /** Reads one request with a body of two octets; null where the client has gone. */
    static String nonceOf(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int octet = in.read();
            if (octet < 0) return null;
            head.append((char) octet);
        }
        in.readNBytes(2);
        Matcher nonce = Pattern.compile("oauth_nonce=\"([^\"]*)\"").matcher(head);
        return nonce.find() ? nonce.group(1) : "none";
    }
}
JAVA
timeout 60 java -cp /usr/share/java/signpost-core.jar:/usr/share/java/commons-codec.jar Twice.java || {
  echo 'Not as recorded.' >&2
  exit 1
}
