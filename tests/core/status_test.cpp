#include "audioengine/status.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "audioengine/result.h"

namespace audioengine {
namespace {

TEST(Status, EveryValueHasItsOwnNameAndASentence) {
    std::set<std::string> names;
    for (int value = 0; value <= static_cast<int>(Status::out_of_memory); ++value) {
        const auto status = static_cast<Status>(value);
        const std::string name = status_name(status);
        const std::string message = status_message(status);
        EXPECT_TRUE(names.insert(name).second) << name << " twice";
        EXPECT_GT(message.size(), 10U) << name;
        EXPECT_EQ(message.back(), '.') << name;
    }
    EXPECT_STREQ(status_name(Status::ok), "ok");
    EXPECT_STREQ(status_name(Status::chunk_too_large), "chunk_too_large");
    EXPECT_STREQ(status_name(Status::out_of_memory), "out_of_memory");
}

TEST(Status, AValueOutsideTheEnumerationStillHasText) {
    ASSERT_NE(status_name(static_cast<Status>(250)), nullptr);
    ASSERT_NE(status_message(static_cast<Status>(250)), nullptr);
}

TEST(Result, HoldsAValueOrAStatusWithAField) {
    Result<int> value = 7;
    EXPECT_TRUE(value.ok());
    EXPECT_TRUE(static_cast<bool>(value));
    EXPECT_EQ(value.value(), 7);
    EXPECT_EQ(value.status(), Status::ok);
    EXPECT_STREQ(value.field(), "");

    const Result<int> error{Status::bad_channels, "audio.channels"};
    EXPECT_FALSE(error.ok());
    EXPECT_EQ(error.status(), Status::bad_channels);
    EXPECT_STREQ(error.field(), "audio.channels");
}

TEST(Result, TakesValuesThatOnlyMove) {
    struct OnlyMoves {
        explicit OnlyMoves(int given) : number(given) {}
        OnlyMoves(OnlyMoves&&) = default;
        OnlyMoves& operator=(OnlyMoves&&) = default;
        int number;
    };
    Result<OnlyMoves> result = OnlyMoves(3);
    const OnlyMoves taken = std::move(result).value();
    EXPECT_EQ(taken.number, 3);
}

}  // namespace
}  // namespace audioengine
