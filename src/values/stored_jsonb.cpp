// See stored_jsonb.hpp.
#include "values/stored_jsonb.hpp"

#include "values/jsonb_form.hpp"

namespace journal {

// The library knows the form without the server's headers.
static_assert(jsonb_form::kCount == JB_CMASK && jsonb_form::kScalar == JB_FSCALAR &&
              jsonb_form::kObject == JB_FOBJECT && jsonb_form::kArray == JB_FARRAY);
static_assert(jsonb_form::kLength == JENTRY_OFFLENMASK && jsonb_form::kType == JENTRY_TYPEMASK &&
              jsonb_form::kIsEnd == JENTRY_HAS_OFF && jsonb_form::kString == JENTRY_ISSTRING &&
              jsonb_form::kNumeric == JENTRY_ISNUMERIC &&
              jsonb_form::kFalse == JENTRY_ISBOOL_FALSE &&
              jsonb_form::kTrue == JENTRY_ISBOOL_TRUE && jsonb_form::kNull == JENTRY_ISNULL &&
              jsonb_form::kContainer == JENTRY_ISCONTAINER);

Jsonb* stored_jsonb(Datum datum, bool copied)
{
    Jsonb* value = copied ? DatumGetJsonbPCopy(datum) : DatumGetJsonbP(datum);
    if (!is_jsonb(VARDATA(value), VARSIZE(value) - VARHDRSZ))
        ereport(ERROR,
                (errcode(ERRCODE_DATA_CORRUPTED), errmsg("a value of the journal is damaged"),
                 errdetail("What is stored in its place is no jsonb."),
                 errhint("Look for damaged storage, and restore the journal from a backup.")));
    return value;
}

}  // namespace journal
