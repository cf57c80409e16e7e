// How queries of ours find an object's entries, or an account's: by the hash that the months'
// indexes hold, which several objects may share, so that account, type and id are compared as well.
//
// The account is compared in a form that no index serves. Where a month has no statistics yet, the
// server takes the hash for no more selective than an account, and would rather read all entries of
// the account by time.
#pragma once

#include "base/object_hash.hpp"
#include "base/pg.hpp"

/// What the months' indexes hold for the object that an entry is about, and for its document.
#define ENTRY_HASH_OF(e) \
    "journal.entry_hash(" e ".account, " e ".object_type, " e ".object_id, " e ".operation)"
#define DOCUMENT_HASH_OF(e) \
    "journal.object_hash(" e ".account, " e ".document_type, " e ".document_id)"
#define PREVIOUS_HASH_OF(e) \
    "journal.object_hash(" e ".account, " e ".object_type, " e ".previous_id)"
#define ACCOUNT_HASH_OF(e) "journal.account_hash(" e ".account)"

/// Conditions that entry e is in one account, and in one of some (an array).
#define IS_IN_ACCOUNT(e, account)                                                               \
    "(" ACCOUNT_HASH_OF(e) " = journal.account_hash(" account ") AND (" e ".account = " account \
                           ") IS TRUE)"
#define IS_IN_ACCOUNTS(e, accounts)                                                \
    "(" ACCOUNT_HASH_OF(e) " = ANY (journal.account_hashes(" accounts ")) AND (" e \
                           ".account = ANY (" accounts ")) IS TRUE)"

/// Conditions that entry e is about one object, or about a part of one.
#define IS_OBJECT(e, account, type, id)                                                            \
    "(" ENTRY_HASH_OF(e) " = ANY (ARRAY[journal.object_hash(" account ", " type ", " id            \
                         "), journal.deletion_hash(" account ", " type ", " id ")]) AND (" e       \
                         ".account = " account ") IS TRUE AND " e ".object_type = " type " AND " e \
                         ".object_id = " id ")"
#define IS_DOCUMENT(e, account, type, id)                                                     \
    "(" DOCUMENT_HASH_OF(e) " = journal.object_hash(" account ", " type ", " id ") AND (" e   \
                            ".account = " account ") IS TRUE AND " e ".document_type = " type \
                            " AND " e ".document_id = " id ")"

/// That entry e is about one object, and does not delete it: in the order of ids.
#define IS_OBJECT_UNDELETED(e, account, type, id)                                                  \
    "(" ENTRY_HASH_OF(e) " = journal.object_hash(" account ", " type ", " id ") AND (" e           \
                         ".account = " account ") IS TRUE AND " e ".object_type = " type " AND " e \
                         ".object_id = " id ")"

/// That the object of entry e left this key.
#define HAS_LEFT_KEY(e, account, type, id)                                                  \
    "(" PREVIOUS_HASH_OF(e) " = journal.object_hash(" account ", " type ", " id ") AND (" e \
                            ".account = " account ") IS TRUE AND " e ".object_type = " type \
                            " AND " e ".previous_id = " id ")"

/// The same in one of some accounts (an array).
#define IS_OBJECT_IN(e, accounts, type, id)                                                        \
    "(" ENTRY_HASH_OF(e) " = ANY (journal.entry_hashes(journal.account_hashes(" accounts           \
                         "), ARRAY[" type "], ARRAY[" id "])) AND (" e ".account = ANY (" accounts \
                         ")) IS TRUE AND " e ".object_type = " type " AND " e ".object_id = " id   \
                         ")"
#define IS_DOCUMENT_IN(e, accounts, type, id)                                                \
    "(" DOCUMENT_HASH_OF(e) " = ANY (journal.object_hashes(journal.account_hashes(" accounts \
                            "), ARRAY[" type "], ARRAY[" id "])) AND (" e                    \
                            ".account = ANY (" accounts ")) IS TRUE AND " e                  \
                            ".document_type = " type " AND " e ".document_id = " id ")"

/// Of all objects that have one of some types and ids (arrays), in accounts of some numbers; that
/// another account has the same number is not excluded.
#define IS_AMONG_OBJECTS(e, account_hashes, types, ids)                                     \
    "(" ENTRY_HASH_OF(e) " = ANY (journal.entry_hashes(" account_hashes ", " types ", " ids \
                         ")) AND " e ".object_type = ANY (" types ") AND " e                \
                         ".object_id = ANY (" ids "))"
#define HAS_LEFT_KEY_AMONG(e, account_hashes, types, ids)                                       \
    "(" PREVIOUS_HASH_OF(e) " = ANY (journal.object_hashes(" account_hashes ", " types ", " ids \
                            ")) AND " e ".object_type = ANY (" types ") AND " e                 \
                            ".previous_id = ANY (" ids "))"

/// That the document of entry e is of a type.
#define HAS_DOCUMENT_TYPE(e, type)                                                       \
    "(" DOCUMENT_HASH_OF(e) " BETWEEN journal.object_hash('', " type                     \
                            ", '') & -281474976710656 AND journal.object_hash('', " type \
                            ", '') | 281474976710655 "                                   \
                            "AND " e ".document_type = " type ")"

// The SQL functions that the months' indexes are made of.
extern "C" {
Datum journal_account_hash(PG_FUNCTION_ARGS);
Datum journal_object_hash(PG_FUNCTION_ARGS);
Datum journal_entry_hash(PG_FUNCTION_ARGS);
Datum journal_entry_facts(PG_FUNCTION_ARGS);
}

namespace journal {

/// A condition that a hash (an SQL expression) can be that of an object of one of these types
/// (text[]).
const char* hash_is_of_types(const char* hash, Datum types);

}  // namespace journal
