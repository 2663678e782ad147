/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Samples of a project in a run of the first step, for tables of cases. */

#pragma once

#include "tests/lab/both.h"

#define RES MNS_WORLD_RESEARCHER
#define COL MNS_WORLD_COLLEAGUE
#define FAC MNS_WORLD_FACILITY

/* A project of @n samples, all of which are in a run of the first step. */
typedef struct
{
  MnsWorld *world;
  const char *project;
  const char *run;
  const char *plate;
  char **outputs; /* 36 characters each */
} MnsBench;

void mns_bench_clear (MnsBench *bench);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MnsBench, mns_bench_clear)

/* The ids in a list as JSON has it; takes @list. */
char **mns_bench_split_ids (char *list);
/* @n samples of the project from @from on, as inputs of step.begin. */
const char *mns_bench_inputs (MnsWorld *world, const char *project, guint from, guint n);
const char *mns_bench_project (MnsWorld *world, const char *name, guint n);
/* Begins the first step with them; @extra: further arguments, from their comma on. */
void mns_bench_begin (
    MnsBench *bench, MnsWorld *world, const char *project, guint from, guint n, const char *extra);
/* Begins with two samples, places them and goes on to Record Details. */
void mns_bench_begin_recording (MnsBench *bench, MnsWorld *world, const char *project);
/* One command on the run; @rest: its arguments behind the run. */
void mns_bench_check (MnsBench *bench,
                      MnsWorldPerson person,
                      const char *command,
                      const char *rest,
                      const char *expect,
                      const char *word,
                      const char *code);
const char *mns_bench_place (MnsBench *bench, guint output, const char *well);
