/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* What a process remembers of the database, and when it stops to. */

#include "config.h"

#include "sync/store/memo.h"
#include "sync/store/sqlite-store.h"
#include "tests/mns-test.h"

#define LONG (G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC)

typedef struct
{
  gint64 number;
} Thing;

static guint n_cleared;

static void
clear_thing (gpointer data)
{
  n_cleared++;
}

static const MnsMemoKind things = { "things", clear_thing };
static const MnsMemoKind others = { "others", clear_thing };

typedef struct
{
  MnsMemo *memo;
  MnsStore *store;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  self->memo = mns_memo_new (LONG);
  self->store = mns_sqlite_open (":memory:", MNS_SQLITE_NONE, &error);
  g_assert_no_error (error);
  mns_store_set_memo (self->store, self->memo);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  mns_store_free (self->store);
  mns_memo_free (self->memo);
}

static MnsTransaction *
begin (Fixture *self)
{
  g_autoptr (GError) error = NULL;
  MnsTransaction *tx = mns_store_begin (self->store, MNS_ACCESS_WRITE, &error);

  g_assert_no_error (error);
  return tx;
}

static void
remember (MnsTransaction *tx, const MnsId *id, gint64 number)
{
  Thing *thing = g_atomic_rc_box_new0 (Thing);

  thing->number = number;
  mns_transaction_remember (tx, &things, id, thing);
  mns_memo_release (&things, thing);
}

/* -1: nothing */
static gint64
recall (MnsTransaction *tx, const MnsId *id)
{
  Thing *thing = mns_transaction_recall (tx, &things, id);
  gint64 number = thing != NULL ? thing->number : -1;

  mns_memo_release (&things, thing);
  return number;
}

static void
commit (MnsTransaction *tx)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (mns_transaction_commit (tx, &error));
  g_assert_no_error (error);
}

static void
test_remembered (Fixture *self, gconstpointer data)
{
  const MnsId one = { { 1 } };
  const MnsId two = { { 2 } };

  {
    g_autoptr (MnsTransaction) tx = begin (self);

    g_assert_cmpint (recall (tx, &one), ==, -1);
    remember (tx, &one, 11);
    remember (tx, NULL, 7);
    commit (tx);
  }
  {
    g_autoptr (MnsTransaction) tx = begin (self);

    g_assert_cmpint (recall (tx, &one), ==, 11);
    g_assert_cmpint (recall (tx, &two), ==, -1);
    g_assert_cmpint (recall (tx, NULL), ==, 7);
    g_assert_null (mns_transaction_recall (tx, &others, &one));
    remember (tx, &one, 12);
    g_assert_cmpint (recall (tx, &one), ==, 12);
  }
}

static void
test_forgotten (Fixture *self, gconstpointer data)
{
  guint before = mns_memo_get_generation (self->memo);
  guint cleared = n_cleared;

  {
    g_autoptr (MnsTransaction) tx = begin (self);

    remember (tx, NULL, 1);
    mns_memo_forget (self->memo);
    g_assert_cmpuint (n_cleared, ==, cleared + 1);
    g_assert_cmpint (recall (tx, NULL), ==, -1);
    g_test_message ("what began before is too late to remember");
    remember (tx, NULL, 2);
    g_assert_cmpint (recall (tx, NULL), ==, -1);
  }
  {
    g_autoptr (MnsTransaction) tx = begin (self);

    remember (tx, NULL, 3);
    g_assert_cmpint (recall (tx, NULL), ==, 3);
  }
  g_assert_cmpuint (mns_memo_get_generation (self->memo), !=, before);
}

static void
test_changed (Fixture *self, gconstpointer data)
{
  g_test_summary ("A transaction that changes the configuration reads it, and its commit forgets");
  {
    g_autoptr (MnsTransaction) tx = begin (self);

    remember (tx, NULL, 1);
    commit (tx);
  }
  {
    g_autoptr (MnsTransaction) tx = begin (self);

    mns_transaction_change_configuration (tx);
    g_assert_cmpint (recall (tx, NULL), ==, -1);
    remember (tx, NULL, 2);
  }
  {
    g_autoptr (MnsTransaction) tx = begin (self);

    g_test_message ("it was given up: nothing has changed");
    g_assert_cmpint (recall (tx, NULL), ==, 1);
  }
  {
    g_autoptr (MnsTransaction) tx = begin (self);

    mns_transaction_change_configuration (tx);
    commit (tx);
  }
  {
    g_autoptr (MnsTransaction) tx = begin (self);

    g_assert_cmpint (recall (tx, NULL), ==, -1);
  }
}

static void
test_old (void)
{
  g_autoptr (GError) error = NULL;
  MnsMemo *memo = mns_memo_new (0);
  MnsStore *store = mns_sqlite_open (":memory:", MNS_SQLITE_NONE, &error);
  Fixture fixture = { memo, store };

  g_assert_no_error (error);
  mns_store_set_memo (store, memo);
  g_test_summary ("Nothing is believed for longer than it was said at the beginning");
  {
    g_autoptr (MnsTransaction) tx = begin (&fixture);

    remember (tx, NULL, 1);
    g_assert_cmpint (recall (tx, NULL), ==, -1);
  }
  mns_store_free (store);
  mns_memo_free (memo);
}

static void
test_none (Fixture *self, gconstpointer data)
{
  g_autoptr (MnsTransaction) tx = NULL;

  g_test_summary ("A store without a memo remembers nothing");
  mns_store_set_memo (self->store, NULL);
  tx = begin (self);
  remember (tx, NULL, 1);
  g_assert_cmpint (recall (tx, NULL), ==, -1);
  mns_transaction_change_configuration (tx);
  commit (tx);
}

#define add(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add ("/memo/remembered", test_remembered);
  add ("/memo/forgotten", test_forgotten);
  add ("/memo/changed", test_changed);
  add ("/memo/none", test_none);
  g_test_add_func ("/memo/old", test_old);

  return g_test_run ();
}
