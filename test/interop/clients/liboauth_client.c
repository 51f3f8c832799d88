/* liboauth signs the URL (GET, JSON) or the post arguments (form); libcurl sends. */
#include <curl/curl.h>
#include <oauth.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIELDS 10
#define LINE_BYTES 65536

enum { OPERATION, KEY, SECRET, TOKEN, TOKEN_SECRET, METHOD, SIGNATURE_METHOD, URL, KIND, PAYLOAD };

static int is(const char *text, const char *other) { return strcmp(text, other) == 0; }

static const char *or_null(const char *text) { return *text ? text : NULL; }

/* Appends name=value to the query, the value escaped. */
static void append(char *url, const char *name, const char *value) {
  char *escaped = oauth_url_escape(value);
  sprintf(url + strlen(url), "%c%s=%s", strchr(url, '?') ? '&' : '?', name, escaped);
  free(escaped);
}

static void answer(char **f) {
  static char url[LINE_BYTES], reply[LINE_BYTES];
  int form = is(f[KIND], "form"), json = is(f[KIND], "json");
  char *body = NULL, *target;
  long status = 0;

  strcpy(url, f[URL]);
  if (form && strchr(url, '?')) {
    puts("unable\tit moves the query into the form: both are one list to it");
    return;
  }
  if (is(f[KIND], "callback")) append(url, "oauth_callback", f[PAYLOAD]);
  if (is(f[KIND], "verifier")) append(url, "oauth_verifier", f[PAYLOAD]);
  if (form) sprintf(url + strlen(url), "?%s", f[PAYLOAD]);
  if (json) {
    char *hash = oauth_body_hash_data(strlen(f[PAYLOAD]), f[PAYLOAD]);
    append(url, "oauth_body_hash", strchr(hash, '=') + 1);
    free(hash);
  }
  target = oauth_sign_url2(url, form ? &body : NULL, OA_HMAC, f[METHOD], f[KEY], f[SECRET],
                           or_null(f[TOKEN]), or_null(f[TOKEN_SECRET]));

  memset(reply, 0, sizeof reply);
  FILE *sink = fmemopen(reply, sizeof reply - 1, "w");
  CURL *curl = curl_easy_init();
  struct curl_slist *headers = NULL;
  if (json) headers = curl_slist_append(headers, "Content-Type: application/json");
  curl_easy_setopt(curl, CURLOPT_URL, target);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, sink);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT, 10L);
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
  if (is(f[METHOD], "POST")) {
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, form ? body : json ? f[PAYLOAD] : "");
  }
  curl_easy_perform(curl);
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  fclose(sink);
  curl_slist_free_all(headers);
  curl_easy_cleanup(curl);
  free(target);
  free(body);
  printf("%ld\t%s\n", status, reply);
}

int main(void) {
  static char line[LINE_BYTES];
  setvbuf(stdout, NULL, _IOLBF, 0);
  while (fgets(line, sizeof line, stdin)) {
    char *fields[FIELDS], *rest = line;
    line[strcspn(line, "\n")] = '\0';
    for (int i = 0; i < FIELDS; i++) fields[i] = strsep(&rest, "\t");
    answer(fields);
  }
  return 0;
}
