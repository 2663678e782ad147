/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "sync/model/id.h"

G_BEGIN_DECLS

/* What a computer keeps of one server and user, in account.json of their folder, mode 0600. */
typedef struct
{
  char *url; /* NULL: there is no such file */
  char *user;
  char *name;
  MnsId person;
  char *pin;    /* nullable */
  char *salt;   /* base64 */
  char *nonce;  /* base64 */
  char *sealed; /* base64: the token in a secretbox */
  gint64 failures;
  gint64 not_before; /* microseconds UTC */
} MnsAccountFile;

void mns_account_file_clear (MnsAccountFile *self);
void mns_account_file_load (MnsAccountFile *self, const char *dir);
gboolean mns_account_file_save (const MnsAccountFile *self, const char *dir, GError **error);

/* A key on its way; see mns_seal_begin(). */
typedef struct _MnsSeal MnsSeal;

MnsSeal *mns_seal_begin (const char *password);
void mns_seal_free (MnsSeal *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MnsSeal, mns_seal_free)

gboolean
mns_account_file_seal (MnsAccountFile *self, MnsSeal *seal, const char *token, GError **error);
char *mns_account_file_open (const MnsAccountFile *self, const char *password, GError **error);

char *mns_account_dup_dir (const char *state_dir, const char *url, const char *user);

/* The token in the clear, for programs that have nobody to ask; NULL takes it away. */
gboolean mns_account_keep_token (const char *dir, const char *token, GError **error);
char *mns_account_load_token (const char *dir);
char *mns_account_find_kept (const char *state_dir);

G_END_DECLS
