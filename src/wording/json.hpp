// Building a jsonb value step by step.
#pragma once

#include "base/pg.hpp"

namespace journal {

/// Calls follow the value's structure: begin_object, key, text, …, end. Everything is allocated in
/// the current memory context.
class JsonBuilder {
  public:
    void begin_object() { pushJsonbValue(&state_, WJB_BEGIN_OBJECT, nullptr); }
    void begin_array() { pushJsonbValue(&state_, WJB_BEGIN_ARRAY, nullptr); }
    void end_object() { result_ = pushJsonbValue(&state_, WJB_END_OBJECT, nullptr); }
    void end_array() { result_ = pushJsonbValue(&state_, WJB_END_ARRAY, nullptr); }

    void key(const char* name)
    {
        JsonbValue value = string(name);
        pushJsonbValue(&state_, WJB_KEY, &value);
    }
    /// Member values of an object; nullptr is JSON null.
    void text(const char* text)
    {
        JsonbValue value{};
        value.type = jbvNull;
        if (text != nullptr)
            value = string(text);
        pushJsonbValue(&state_, WJB_VALUE, &value);
    }
    void boolean(bool truth)
    {
        JsonbValue value{};
        value.type = jbvBool;
        value.val.boolean = truth;
        pushJsonbValue(&state_, WJB_VALUE, &value);
    }
    void value(const JsonbValue* value)
    {
        pushJsonbValue(&state_, WJB_VALUE, const_cast<JsonbValue*>(value));
    }

    /// The finished value.
    Jsonb* finish() { return JsonbValueToJsonb(result_); }

  private:
    static JsonbValue string(const char* text)
    {
        JsonbValue value{};
        value.type = jbvString;
        value.val.string.val = const_cast<char*>(text);
        value.val.string.len = static_cast<int>(strlen(text));
        return value;
    }

    JsonbParseState* state_ = nullptr;
    JsonbValue* result_ = nullptr;
};

}  // namespace journal
