#include "text_writer.h"

namespace audioengine {

void TextWriter::put(char c) noexcept {
    if (length_ < out_.size()) out_[length_] = c;
    ++length_;
}

void TextWriter::text(const char* text) noexcept {
    for (; *text != '\0'; ++text) put(*text);
}

void TextWriter::whole(std::uint64_t value) noexcept {
    char digits[20];
    std::size_t count = 0;
    do {
        digits[count++] = static_cast<char>('0' + value % 10);
        value /= 10;
    } while (value > 0);
    while (count > 0) put(digits[--count]);
}

void TextWriter::decimal(std::uint64_t value, std::uint32_t decimals, bool trimmed) noexcept {
    std::uint64_t unit = 1;
    for (std::uint32_t i = 0; i < decimals; ++i) unit *= 10;
    whole(value / unit);
    std::uint64_t rest = value % unit;
    if (unit == 1 || (trimmed && rest == 0)) return;
    put('.');
    while (unit > 1 && !(trimmed && rest == 0)) {
        unit /= 10;
        put(static_cast<char>('0' + rest / unit));
        rest %= unit;
    }
}

}  // namespace audioengine
