// What the fake PyTorch's C++ names do instead of failing.
#include <stdexcept>

extern "C" [[noreturn]] void fake_throw(const char *words)
{
    throw std::runtime_error(std::string(words) + "\nException raised from a fake");
}
