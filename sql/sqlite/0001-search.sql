-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Names of samples, projects and containers, for finding a part of one. Only the device has it; the
-- server uses trigram indexes. Kept by the sync client, rebuilt after bulk loading.
CREATE VIRTUAL TABLE search_text USING fts5 (name, tbl UNINDEXED, id UNINDEXED, tokenize = 'trigram');
