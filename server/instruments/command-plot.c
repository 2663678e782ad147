/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* meniscus-run plot: the plots of a run as PNG and SVG. */

#define G_LOG_DOMAIN "mns-instruments"

#include "config.h"

#include <errno.h>
#include <stdio.h>

#include <glib/gstdio.h>

#include "server/instruments/commands.h"
#include "server/instruments/plot-draw.h"
#include "sync/model/error.h"

typedef struct
{
  char *out;
  char *format;
  double factor;
  gboolean with_document;
} Options;

static gboolean
write_plot (guint nth, const MnsPlotDocument *document, const Options *options, GError **error)
{
  gboolean wants_png = options->format == NULL || g_str_equal (options->format, "png");
  gboolean wants_svg = options->format == NULL || g_str_equal (options->format, "svg");
  g_autofree char *base = g_build_filename (options->out, mns_plot_get_name (nth), NULL);
  g_autofree char *png = g_strconcat (base, ".png", NULL);
  g_autofree char *svg = g_strconcat (base, ".svg", NULL);

  if (wants_png && !mns_plot_write_png (nth, document, options->factor, png, error))
    return FALSE;
  if (wants_svg && !mns_plot_write_svg (nth, document, svg, error))
    return FALSE;
  if (wants_png)
    puts (png);
  if (wants_svg)
    puts (svg);
  return TRUE;
}

static gboolean
write_document (const MnsPlotDocument *document, const Options *options, GError **error)
{
  g_autofree char *path = g_build_filename (options->out, "plots.json", NULL);
  g_autofree char *json = mns_plot_document_to_json (document);

  if (!g_file_set_contents (path, json, -1, error))
    return FALSE;
  puts (path);
  return TRUE;
}

static int
write_all (const char *folder, const Options *options)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsPlotDocument) document = mns_plot_document_read (folder, &error);

  if (document == NULL)
    return mns_command_fail (MNS_EXIT_NO_RUN, error);
  if (g_mkdir_with_parents (options->out, 0777) < 0)
    {
      g_set_error (&error,
                   MNS_ERROR,
                   MNS_ERROR_FAILED,
                   "%s: cannot be made: %s",
                   options->out,
                   g_strerror (errno));
      return mns_command_fail (MNS_EXIT_NO_RUN, error);
    }
  for (guint i = 0; i < mns_plot_get_n (); i++)
    if (mns_plot_has_data (i, document) && !write_plot (i, document, options, &error))
      return mns_command_fail (MNS_EXIT_NO_RUN, error);
  if (options->with_document && !write_document (document, options, &error))
    return mns_command_fail (MNS_EXIT_NO_RUN, error);
  return MNS_EXIT_OK;
}

int
mns_command_plot (int argc, char **argv)
{
  Options options = { NULL, NULL, 2, FALSE };
  const GOptionEntry entries[] = {
    { "out", 'o', 0, G_OPTION_ARG_FILENAME, &options.out, "Folder for the plots", "DIR" },
    { "format",
      'f',
      0,
      G_OPTION_ARG_STRING,
      &options.format,
      "png or svg; both without",
      "FORMAT" },
    { "scale", 0, 0, G_OPTION_ARG_DOUBLE, &options.factor, "Pixels a point in PNG (2)", "FACTOR" },
    { "json",
      'j',
      0,
      G_OPTION_ARG_NONE,
      &options.with_document,
      "Write plots.json too, the figures behind the plots",
      NULL },
    { NULL },
  };
  g_autofree char *out = NULL;
  g_autofree char *format = NULL;
  int exit_code;

  if (!mns_command_parse (
          &argc, &argv, "FOLDER --out DIR", "draw the plots of a run", entries, 1, 1, &exit_code))
    return exit_code;
  out = options.out;
  format = options.format;
  if (out == NULL || !(options.factor >= 0.25 && options.factor <= 8) ||
      (format != NULL && !g_str_equal (format, "png") && !g_str_equal (format, "svg")))
    {
      fputs ("meniscus-run plot: needs --out DIR; --format is png or svg, --scale 0.25 to 8\n",
             stderr);
      return MNS_EXIT_USAGE;
    }
  return write_all (argv[1], &options);
}
