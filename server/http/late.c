/* SPDX-License-Identifier: AGPL-3.0-or-later */

#include "config.h"

#include <string.h>

#include "server/http/headers.h"
#include "server/http/late.h"

static const char slow_head[] =
    "{\"outcome\":\"invalid\",\"faults\":[{\"at\":\"\",\"code\":\"slow_head\",\"message\":"
    "\"No whole request came within 10 seconds, so nothing was done.\"}]}";
static const char slow_body[] =
    "{\"outcome\":\"invalid\",\"faults\":[{\"at\":\"\",\"code\":\"slow_body\",\"message\":"
    "\"The body came with less than 1 KiB a second for 30 seconds, so nothing was done.\"}]}";

static void
append_header_cb (const char *name, const char *value, gpointer data)
{
  g_string_append_printf (data, "%s: %s\r\n", name, value);
}

static GString *
write_answer (const char *body, gboolean secure)
{
  GString *text = g_string_new (
      "HTTP/1.1 408 Request Timeout\r\n"
      "Server: Meniscus\r\nConnection: close\r\n"
      "Content-Type: application/json\r\n");
  SoupMessageHeaders *headers = soup_message_headers_new (SOUP_MESSAGE_HEADERS_RESPONSE);

  mns_headers_add_safety (headers, secure);
  soup_message_headers_foreach (headers, append_header_cb, text);
  soup_message_headers_unref (headers);
  g_string_append_printf (
      text, "Content-Length: %" G_GSIZE_FORMAT "\r\n\r\n%s", strlen (body), body);
  return text;
}

void
mns_late_say (MnsConnection *self)
{
  g_autoptr (GString) text = NULL;

  if (self->out == NULL)
    return;
  text = write_answer (self->phase == MNS_PHASE_BODY ? slow_body : slow_head, self->secure);
  /* Less than any send buffer of a connection on which nothing was written; what does not go out
   * at once was for somebody who does not read.
   */
  g_pollable_output_stream_write_nonblocking (self->out, text->str, text->len, NULL, NULL);
}
