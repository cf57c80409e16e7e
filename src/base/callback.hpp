// A function that somebody else calls: most often a lambda, which lives where it is written.
//
//     void for_each(Callback<void(int)> use);
//     for_each([&](int number) { ... });
//
// It owns nothing, so an error may jump over it. What it calls has to live as long as it is used.
#pragma once

#include <type_traits>

namespace journal {

template <typename Signature>
class Callback;

template <typename Result, typename... Arguments>
class Callback<Result(Arguments...)> {
  public:
    template <typename Step>
    Callback(const Step& step)  // an argument becomes one
        : step_(&step), call_([](const void* called, Arguments... arguments) -> Result {
              return (*static_cast<const Step*>(called))(arguments...);
          })
    {
    }

    Result operator()(Arguments... arguments) const { return call_(step_, arguments...); }

  private:
    const void* step_;
    Result (*call_)(const void* called, Arguments... arguments);
};

}  // namespace journal
