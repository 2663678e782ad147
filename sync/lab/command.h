/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "sync/store/store.h"

G_BEGIN_DECLS

/* ---- arguments, described as data: commands and views share this ---- */

typedef enum
{
  MNS_ARG_TYPE_ID, /* row id, or a LIMS id of the table in refers, which is put in its place */
  MNS_ARG_TYPE_TEXT,
  MNS_ARG_TYPE_INT,
  MNS_ARG_TYPE_REAL,
  MNS_ARG_TYPE_BOOL,
  MNS_ARG_TYPE_DATE,   /* YYYY-MM-DD, a real day */
  MNS_ARG_TYPE_SCALAR, /* text, number, true, false or null: a field's value */
  MNS_ARG_TYPE_OBJECT, /* of items, or of anything if items is NULL */
  MNS_ARG_TYPE_LIST,   /* of objects as items says */
  MNS_ARG_TYPE_IDS,    /* list of ids */
  MNS_ARG_TYPE_TEXTS,  /* list of texts */
  MNS_ARG_TYPE_MAP,    /* object of any names with scalar values */
} MnsArgType;

typedef struct _MnsArgSpec MnsArgSpec;
struct _MnsArgSpec
{
  const char *name;
  MnsArgType type;
  gboolean required;
  gint64 min, max;   /* of a number; of a text's characters; of a list's length. max 0: a default */
  const char *words; /* allowed texts, separated by spaces */
  const char *refers; /* table */
  const MnsArgSpec *items;
  const char *help; /* English, one phrase, for mns help and the reference page */
};

/* ---- what comes in ---- */

/**
 * MnsCommand:
 *
 * A change asked for, as it travels (sync-protocol.md section 3). @lims_ids is the tape: the LIMS
 * ids that its first run took, by class, in the order of taking; later runs read them off again.
 */
typedef struct
{
  gint64 n; /* 0 for callers that are always online */
  MnsId id;
  char *name;
  int version;
  gint64 performed_at;
  char *today; /* the lab's local date at performed_at, YYYY-MM-DD */
  gint64 skew_us;
  gint64 skew_age_s;
  JsonObject *args;
  JsonObject *expect;   /* nullable */
  JsonObject *lims_ids; /* nullable; {"2-": ["2-101", ...], "A:<project id>": [...]} */
  MnsId cause;          /* null id: none */
} MnsCommand;

MnsCommand *mns_command_new (const char *name_at_version, JsonObject *args);
void mns_command_free (MnsCommand *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MnsCommand, mns_command_free)
JsonNode *mns_command_to_json (const MnsCommand *self);
MnsCommand *mns_command_from_json (JsonNode *node, GError **error);

/* ---- what comes out ---- */

typedef enum
{
  MNS_OUTCOME_OK,
  MNS_OUTCOME_CONFLICT,
  MNS_OUTCOME_DENIED,
  MNS_OUTCOME_INVALID,
  MNS_OUTCOME_ERROR,
  MNS_OUTCOME_NOT_LOCAL, /* only on a device: a row was asked for that it does not hold */
} MnsOutcome;

const char *mns_outcome_to_word (MnsOutcome outcome); /* "ok", "conflict", ... */
gboolean mns_outcome_from_word (const char *word, MnsOutcome *outcome);

typedef struct
{
  char *at;           /* JSON pointer into args: "/cells/12/value" */
  char *code;         /* "not_a_number" */
  char *message;      /* an English sentence: object, value, rule */
  JsonObject *values; /* nullable; what a translation is made from (sync/model/sentence.h) */
} MnsFault;

typedef struct
{
  MnsOutcome outcome;
  GPtrArray *faults;           /* MnsFault *; also filled for denied: what right is missing */
  JsonNode *result;            /* nullable; object the handler answered */
  char *conflict_code;         /* of sync-protocol.md section 10 */
  char *conflict_detail;       /* a sentence */
  JsonObject *conflict_values; /* nullable; what a translation of it is made from */
  JsonNode *seen;              /* nullable */
  JsonNode *there;             /* nullable */
  gboolean touched_nothing;
} MnsResult;

MnsResult *mns_result_new (MnsOutcome outcome);
void mns_result_free (MnsResult *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MnsResult, mns_result_free)
void mns_result_add_fault (
    MnsResult *self, const char *at, const char *code, JsonObject *values, const char *format, ...)
    G_GNUC_PRINTF (5, 6);
void mns_result_add_fault_va (MnsResult *self,
                              const char *at,
                              const char *code,
                              JsonObject *values,
                              const char *format,
                              va_list list) G_GNUC_PRINTF (5, 0);
/* Sets the conflict's code, detail and values. */
void mns_result_set_conflict (MnsResult *self, const char *code, const char *format, ...)
    G_GNUC_PRINTF (3, 4);
void
mns_result_set_conflict_va (MnsResult *self, const char *code, const char *format, va_list list)
    G_GNUC_PRINTF (3, 0);
void mns_result_clear_conflict (MnsResult *self);
/* Lets the conflict be said as that of another result. */
void mns_result_take_sentence (MnsResult *self, const MnsResult *from);
/* The sentence a person reads first: the conflict's detail, or the first fault (and how many more).
 */
char *mns_result_to_sentence (const MnsResult *self);

/* ---- who runs it, where ---- */

/**
 * MnsIdSource:
 * @take: the next id of a class, as text (transfer full)
 * @data: passed to both
 * @reserve: (nullable): said before @n ids of a class are taken one by one, so that a counter is
 *   moved once for a whole plate
 *
 * Gives LIMS ids. On a device from its leased block, else a temporary id "t-<device>-<n>"; on the
 * server from the counter. Only asked where the command's tape has none.
 *
 * Classes: those that end with a dash give the class and a number, "2-101" ("2-" "92-" "24-" "122-"
 * "151-" "27-" "40-" "124-" "55-"; "24-", "122-" and "151-" share one counter). All others give
 * the bare number, "17": "P" projects, "A" samples of the project in @owner (the rule puts the
 * letters and the project's id before it), and names of configuration tables ("person", "step",
 * ...). "field" is the number in a custom field's key. The server starts each at 1.
 */
typedef struct
{
  char *(*take) (gpointer data, const char *klass, const MnsId *owner, GError **error);
  gpointer data;
  gboolean (*reserve) (
      gpointer data, const char *klass, const MnsId *owner, guint n, GError **error);
} MnsIdSource;

typedef struct
{
  MnsTransaction *transaction;
  MnsId person;
  MnsId client;       /* device; null id for callers without one */
  gint64 recorded_at; /* server's clock; on a device performed_at again */
  MnsIdSource ids;
  gboolean signing_fresh; /* the caller has just proved the password */
  gboolean as_system;     /* meniscusctl, migrations, ingestion: rights are not asked */
  /* A constraint that the rule broke may be told by the commit, as an error; the caller then runs
   * the command again without this, to have it said as a refusal
   */
  gboolean hasty;
} MnsLab;

void mns_lab_ask (const MnsLab *lab, MnsCommand *command);
MnsResult *mns_lab_run (const MnsLab *lab, MnsCommand *command, GError **error);

/* What a new database holds before anything is configured: built-in roles, people 1 to 3, container
 * types 1 and 2. Does nothing where roles exist already.
 */
gboolean mns_lab_seed (const MnsLab *lab, GError **error);
/* The person in whose name instruments' runs are recorded; made at the first call. */
gboolean mns_lab_seed_integration (const MnsLab *lab, MnsId *person, GError **error);

/* ---- the table ---- */

typedef struct _MnsCall MnsCall;

/**
 * MnsHandler:
 *
 * A rule: checks and carries out a command inside the transaction. Deterministic: no clock, random
 * number, locale or network. Returns %FALSE with @error only if the store failed; everything a
 * person did wrong goes to mns_call_fault() or mns_call_conflict(), and then nothing it wrote
 * stays.
 */
typedef gboolean (*MnsHandler) (MnsCall *call, GError **error);

/**
 * MnsAsk:
 *
 * Asks ahead what the handler will read, by mns_transaction_ask(). Nothing is checked yet: neither
 * the rights nor the shape of the arguments.
 */
typedef void (*MnsAsk) (MnsCall *call);

typedef struct
{
  const char *name;
  int version;
  const char *right; /* permission a person needs, or NULL: anyone who may sign in */
  gboolean online_only;
  const MnsArgSpec *args;
  MnsHandler handler;
  const char *title; /* English, a verb phrase: "Place samples in wells" */
  const char *help;
  MnsAsk ask; /* or NULL */
} MnsCommandSpec;

const MnsCommandSpec *const *mns_commands_get_all (guint *n_commands);
const MnsCommandSpec *mns_command_find (const char *name, int version);

gboolean mns_date_is_valid (const char *text);
gboolean mns_args_check (const MnsArgSpec *specs,
                         JsonObject *args,
                         MnsTransaction *transaction,
                         MnsResult *result,
                         GError **error);

G_END_DECLS
