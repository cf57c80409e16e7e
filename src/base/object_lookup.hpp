// How queries of ours find an object's entries: by the hash that the months' indexes hold, which
// several objects may share, so that account, type and id are compared as well.
//
// The account is compared in a form that no index serves. Where a month has no statistics yet, the
// server takes the hash for no more selective than an account, and would rather read all entries of
// the account by time.
#pragma once

#include "base/object_hash.hpp"
#include "base/pg.hpp"

/// What the months' indexes hold for the object that an entry is about, and for its document.
#define OBJECT_HASH_OF(e) "journal.object_hash(" e ".account, " e ".object_type, " e ".object_id)"
#define DOCUMENT_HASH_OF(e) \
    "journal.object_hash(" e ".account, " e ".document_type, " e ".document_id)"

/// Conditions that entry e is about one object, or about a part of one.
#define IS_OBJECT(e, account, type, id)                                                   \
    "(" OBJECT_HASH_OF(e) " = journal.object_hash(" account ", " type ", " id ") AND (" e \
                          ".account = " account ") IS TRUE AND " e ".object_type = " type \
                          " AND " e ".object_id = " id ")"
#define IS_DOCUMENT(e, account, type, id)                                                     \
    "(" DOCUMENT_HASH_OF(e) " = journal.object_hash(" account ", " type ", " id ") AND (" e   \
                            ".account = " account ") IS TRUE AND " e ".document_type = " type \
                            " AND " e ".document_id = " id ")"

/// The same in one of some accounts (an array).
#define IS_OBJECT_IN(e, accounts, type, id)                                                        \
    "(" OBJECT_HASH_OF(e) " = ANY (journal.object_hashes(" accounts ", ARRAY[" type "], ARRAY[" id \
                          "])) AND (" e ".account = ANY (" accounts ")) IS TRUE AND " e            \
                          ".object_type = " type " AND " e ".object_id = " id ")"
#define IS_DOCUMENT_IN(e, accounts, type, id)                                         \
    "(" DOCUMENT_HASH_OF(e) " = ANY (journal.object_hashes(" accounts ", ARRAY[" type \
                            "], ARRAY[" id "])) AND (" e ".account = ANY (" accounts  \
                            ")) IS TRUE AND " e ".document_type = " type " AND " e    \
                            ".document_id = " id ")"

/// Of all objects that have one of some accounts, types and ids (arrays).
#define IS_AMONG_OBJECTS(e, accounts, types, ids)                                       \
    "(" OBJECT_HASH_OF(e) " = ANY (journal.object_hashes(" accounts ", " types ", " ids \
                          ")) AND (" e ".account = ANY (" accounts ")) IS TRUE AND " e  \
                          ".object_type = ANY (" types ") AND " e ".object_id = ANY (" ids "))"

/// That the document of entry e is of a type.
#define HAS_DOCUMENT_TYPE(e, type)                                                       \
    "(" DOCUMENT_HASH_OF(e) " BETWEEN journal.object_hash('', " type                     \
                            ", '') & -281474976710656 AND journal.object_hash('', " type \
                            ", '') | 281474976710655 "                                   \
                            "AND " e ".document_type = " type ")"

namespace journal {

/// A condition that a hash (an SQL expression) can be that of an object of one of these types
/// (text[]).
const char* hash_is_of_types(const char* hash, Datum types);

}  // namespace journal
