import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import oauth.signpost.OAuth;
import oauth.signpost.OAuthConsumer;
import oauth.signpost.basic.DefaultOAuthConsumer;
import oauth.signpost.basic.DefaultOAuthProvider;
import oauth.signpost.exception.OAuthCommunicationException;
import oauth.signpost.exception.OAuthNotAuthorizedException;
import oauth.signpost.http.HttpParameters;

/** Signpost: its provider does the dance, its consumer signs an HttpURLConnection. */
public class SignpostClient {
  public static void main(String[] arguments) throws Exception {
    var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line; (line = lines.readLine()) != null; ) {
      var text = answer(line.split("\t", -1)) + "\n";
      System.out.write(text.getBytes(StandardCharsets.UTF_8));
      System.out.flush();
    }
  }

  private static String answer(String[] f) throws Exception {
    var consumer = new DefaultOAuthConsumer(f[1], f[2]);
    if (!f[3].isEmpty()) consumer.setTokenWithSecret(f[3], f[4]);
    if (f[0].equals("request")) return send(consumer, f[5], f[7], f[8], f[9]);
    if (f[5].equals("GET")) return "unable\tits provider knows POST only";
    var provider = new DefaultOAuthProvider(f[7], f[7], f[7]);
    try {
      if (f[0].equals("initiate")) provider.retrieveRequestToken(consumer, f[9]);
      else {
        provider.setOAuth10a(true);
        provider.retrieveAccessToken(consumer, f[9]);
      }
    } catch (OAuthNotAuthorizedException refusal) {
      return "401\t" + refusal.getResponseBody();
    } catch (OAuthCommunicationException refusal) {
      return "400\t" + refusal.getResponseBody();
    }
    return "200\toauth_token=" + encoded(consumer.getToken())
        + "&oauth_token_secret=" + encoded(consumer.getTokenSecret());
  }

  private static String send(
      OAuthConsumer consumer, String method, String url, String kind, String payload) throws Exception {
    var connection = (HttpURLConnection) URI.create(url).toURL().openConnection();
    connection.setRequestMethod(method);
    if (kind.equals("form")) {
      // It can't read back what a connection will send, so it is told, and the type is left to Java.
      var parameters = new HttpParameters();
      for (var pair : payload.split("&")) {
        var halves = pair.split("=", 2);
        parameters.put(OAuth.percentEncode(decoded(halves[0])), OAuth.percentEncode(decoded(halves[1])));
      }
      consumer.setAdditionalParameters(parameters);
    }
    if (kind.equals("json")) connection.setRequestProperty("Content-Type", "application/json");
    consumer.sign(connection);
    if (method.equals("POST")) {
      var body = kind.equals("none") ? "" : payload;
      connection.setDoOutput(true);
      connection.getOutputStream().write(body.getBytes(StandardCharsets.UTF_8));
    }
    int status = connection.getResponseCode();
    InputStream reply = status < 400 ? connection.getInputStream() : connection.getErrorStream();
    return status + "\t" + (reply == null ? "" : new String(reply.readAllBytes(), StandardCharsets.UTF_8));
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
