/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* The web client's files, from the program itself. Main thread only. */

#define G_LOG_DOMAIN "mns-http"

#include "config.h"

#include <string.h>

#include "server/http/static.h"

#define ROOT "/org/meniscus/Meniscus/web"

static const struct
{
  const char *ending;
  const char *type;
} types[] = {
  { ".html", "text/html; charset=utf-8" },
  { ".js", "text/javascript; charset=utf-8" },
  { ".css", "text/css; charset=utf-8" },
  { ".json", "application/json" },
  { ".svg", "image/svg+xml" },
  { ".png", "image/png" },
  { ".ico", "image/x-icon" },
  { ".woff2", "font/woff2" },
  { ".webmanifest", "application/manifest+json" },
  { ".txt", "text/plain; charset=utf-8" },
};

/* Packed forms the build may have made, the smallest first. */
static const struct
{
  const char *ending;
  const char *encoding;
} forms[] = { { ".br", "br" }, { ".gz", "gzip" }, { "", NULL } };

static const char *
find_type (const char *path)
{
  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    if (g_str_has_suffix (path, types[i].ending))
      return types[i].type;
  return "application/octet-stream";
}

/* "gzip;q=0" says no; any other mention says yes. */
static gboolean
accepts (SoupMessageHeaders *asked, const char *encoding)
{
  const char *header = soup_message_headers_get_list (asked, "Accept-Encoding");
  GSList *refused = NULL;
  GSList *list = header != NULL ? soup_header_parse_quality_list (header, &refused) : NULL;
  gboolean found = g_slist_find_custom (list, encoding, (GCompareFunc) strcmp) != NULL;

  soup_header_free_list (list);
  soup_header_free_list (refused);
  return found;
}

static GBytes *
look_up (const char *path)
{
  g_autofree char *full = g_strconcat (ROOT, path, NULL);

  return g_resources_lookup_data (full, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
}

static gboolean
is_asset (const char *path)
{
  return g_str_has_prefix (path, "/assets/") || g_str_has_prefix (path, "/locale/");
}

static const char *
name_content (GBytes *content)
{
  static GHashTable *names; /* data pointer -> ETag: the resource never moves */
  const void *data = g_bytes_get_data (content, NULL);
  char *name;

  if (names == NULL)
    names = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  name = g_hash_table_lookup (names, data);
  if (name == NULL)
    {
      g_autofree char *hash = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, content);

      name = g_strdup_printf ("\"%.32s\"", hash);
      g_hash_table_insert (names, (gpointer) data, name);
    }
  return name;
}

static void
answer_content (const char *path,
                const char *encoding,
                GBytes *content,
                SoupMessageHeaders *asked,
                MnsHttpAnswer *answer)
{
  const char *etag = name_content (content);
  const char *known = soup_message_headers_get_list (asked, "If-None-Match");

  mns_http_answer_add_header (answer, "Vary", "Accept-Encoding");
  mns_http_answer_add_header (answer, "ETag", etag);
  mns_http_answer_add_header (
      answer,
      "Cache-Control",
      g_str_has_prefix (path, "/assets/") ? "public, max-age=31536000, immutable" : "no-cache");
  if (known != NULL && strstr (known, etag) != NULL)
    {
      answer->status = 304;
      g_bytes_unref (content);
      return;
    }
  if (encoding != NULL)
    mns_http_answer_add_header (answer, "Content-Encoding", encoding);
  mns_http_answer_take_body (answer, 200, find_type (path), content);
}

/**
 * mns_static_answer:
 * @path: what was asked for; not one of the API's
 * @asked: the request's headers
 * @answer: what to fill
 *
 * Answers from the web client's resource. Paths that are no file are the client's own: they get
 * its start page.
 */
void
mns_static_answer (const char *path, SoupMessageHeaders *asked, MnsHttpAnswer *answer)
{
  g_autoptr (GBytes) plain = look_up (path);

  if (plain == NULL && is_asset (path))
    {
      mns_http_answer_refuse (
          answer, MNS_HTTP_NOT_FOUND, "not_found", "There is no file %s.", path);
      return;
    }
  if (plain == NULL)
    path = "/index.html";

  for (guint i = 0; i < G_N_ELEMENTS (forms); i++)
    {
      g_autofree char *form = g_strconcat (path, forms[i].ending, NULL);
      GBytes *content;

      if (forms[i].encoding != NULL && !accepts (asked, forms[i].encoding))
        continue;
      content = look_up (form);
      if (content == NULL)
        continue;
      answer_content (path, forms[i].encoding, content, asked, answer);
      return;
    }
  mns_http_answer_take_text (answer,
                             200,
                             "text/plain; charset=utf-8",
                             g_strdup ("Meniscus is running. This build has no web client; sign in "
                                       "with the desktop program.\n"));
}
