// Containers whose memory belongs to a MemoryContext.
//
// Server code may be left at any call by ereport's longjmp, which runs no destructor. A container
// on its stack is safe all the same if every byte that it owns is the context's: the context is
// reset or deleted and nothing leaks.
#pragma once

#include "base/pg.hpp"

#include <boost/container/pmr/memory_resource.hpp>
#include <boost/container/pmr/polymorphic_allocator.hpp>
#include <boost/container/vector.hpp>

namespace journal {

/// A memory resource that allocates from one MemoryContext, and raises PostgreSQL's out-of-memory
/// error.
class ContextResource final : public boost::container::pmr::memory_resource {
  public:
    explicit ContextResource(MemoryContext context) : context_(context) {}

  private:
    void* do_allocate(std::size_t bytes, std::size_t) override
    {
        return MemoryContextAllocHuge(context_, bytes);
    }
    void do_deallocate(void* pointer, std::size_t, std::size_t) override { pfree(pointer); }
    bool do_is_equal(const memory_resource& other) const BOOST_NOEXCEPT override
    {
        return this == &other;
    }

    MemoryContext context_;
};

/// A vector of plain elements in a MemoryContext: Vector<int> v(&resource).
template <typename T>
using Vector = boost::container::vector<T, boost::container::pmr::polymorphic_allocator<T>>;

/// Allocates a zeroed T in context; it is freed with the context. T has to be trivially
/// destructible.
template <typename T>
T* make_in(MemoryContext context)
{
    static_assert(std::is_trivially_destructible_v<T>);
    return static_cast<T*>(MemoryContextAllocZero(context, sizeof(T)));
}

/// Allocates a zeroed array of count T in context; it is freed with the context.
template <typename T>
T* make_array_in(MemoryContext context, std::size_t count)
{
    static_assert(std::is_trivially_destructible_v<T>);
    return static_cast<T*>(MemoryContextAllocZero(context, sizeof(T) * (count == 0 ? 1 : count)));
}

/// Calls step in another memory context, and returns what it returns. An error leaves the context
/// as it is: whoever catches it sets his own.
template <typename Step>
auto in_context(MemoryContext context, const Step& step)
{
    MemoryContext caller = MemoryContextSwitchTo(context);
    if constexpr (std::is_void_v<decltype(step())>) {
        step();
        MemoryContextSwitchTo(caller);
    } else {
        auto result = step();
        MemoryContextSwitchTo(caller);
        return result;
    }
}

/// Calls step in a memory context that is gone afterwards.
template <typename Step>
void in_work_memory(const Step& step)
{
    MemoryContext work =
        AllocSetContextCreate(CurrentMemoryContext, "event_journal work", ALLOCSET_DEFAULT_SIZES);
    in_context(work, step);
    MemoryContextDelete(work);
}

}  // namespace journal
