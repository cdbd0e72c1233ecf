// The core's own arithmetic (core/src): vector loops against their scalar twins, mathematics against the C library's.
#include "../../core/src/kernels.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "../../core/src/det_math.h"
#include "reference/kernels_reference.h"
#include "reference/resampler_reference.h"
#include "support/random.h"

namespace audioengine {
namespace {

constexpr double kPi = 3.14159265358979323846;

std::uint32_t bits_of(float value) {
    std::uint32_t bits = 0;
    std::memcpy(&bits, &value, sizeof bits);
    return bits;
}

/// Of any size from denormal to 2^60, either sign.
float any_float(test::Lcg& random) {
    const float mantissa = static_cast<float>(random.next()) / 65536.0F - 0.5F;
    return std::ldexp(mantissa, static_cast<int>(random.below(200)) - 140);
}

TEST(Kernels, DotHasTheBitsOfItsScalarTwin) {
    for (std::uint32_t seed = 1; seed <= 200; ++seed) {
        test::Lcg random(seed);
        const std::size_t count = kernels::kDotLanes * random.below(40);
        std::vector<float> a(count + 3);
        std::vector<float> b(count + 3);
        for (auto& value : a) value = seed % 2 == 0 ? any_float(random) : static_cast<float>(random.sample());
        for (auto& value : b)
            value = seed % 2 == 0 ? any_float(random) : static_cast<float>(random.sample()) / 32768.0F;
        for (std::size_t offset = 0; offset < 4; ++offset) {  // any alignment
            const std::size_t whole = offset == 0 ? count : count - std::min(count, kernels::kDotLanes);
            EXPECT_EQ(bits_of(kernels::dot(a.data() + offset, b.data(), whole)),
                      bits_of(reference::dot(a.data() + offset, b.data(), whole)))
                << "seed " << seed << " offset " << offset;
        }
    }
}

TEST(Kernels, ProductsOfIntegersAreThoseOfAPlainLoop) {
    for (std::uint32_t seed = 1; seed <= 200; ++seed) {
        SCOPED_TRACE(seed);
        test::Lcg random(seed);
        const std::size_t count = kernels::kDotLanes * random.below(20);
        const std::size_t rows = random.below(11);
        const bool extreme = seed % 4 == 0;
        std::vector<std::int8_t> matrix(rows * count);
        std::vector<std::int16_t> values(count);
        std::vector<std::int16_t> then(count + rows);
        for (auto& weight : matrix) weight = extreme ? std::int8_t{-128} : static_cast<std::int8_t>(random.next());
        for (auto& value : values) value = extreme ? std::int16_t{-32768} : random.sample();
        for (auto& value : then) value = static_cast<std::int16_t>(random.below(4096) - 2048);
        std::vector<std::int32_t> products(rows);
        kernels::multiply(matrix.data(), values, products);
        for (std::size_t row = 0; row < rows; ++row) {
            std::int64_t sum = 0;
            for (std::size_t i = 0; i < count; ++i) sum += std::int64_t{matrix[row * count + i]} * values[i];
            EXPECT_EQ(products[row], sum);
        }
        for (auto& value : values) value = static_cast<std::int16_t>(value / 16);
        kernels::correlate(values, then.data() + rows, products);
        for (std::size_t lag = 0; lag < rows; ++lag) {
            std::int64_t sum = 0;
            for (std::size_t i = 0; i < count; ++i) sum += std::int64_t{values[i]} * then[rows - lag + i];
            EXPECT_EQ(products[lag], sum);
        }
    }
}

TEST(Kernels, RoundsHalfToEvenAndClamps) {
    for (int step = -4 * 33000; step <= 4 * 33000; ++step) {
        const float value = static_cast<float>(step) / 4.0F;
        const double expected = std::min(32767.0, std::max(-32768.0, std::nearbyint(static_cast<double>(value))));
        ASSERT_EQ(kernels::round_to_s16(value), static_cast<int>(expected)) << value;
    }
    EXPECT_EQ(kernels::round_to_s16(HUGE_VALF), 32767);
    EXPECT_EQ(kernels::round_to_s16(-HUGE_VALF), -32768);
}

TEST(DetMath, LogarithmIsExactToItsLastDigit) {
    test::Lcg random(1);
    for (int i = 0; i < 20000; ++i) {
        std::uint64_t x = (std::uint64_t{random.next()} << 48U) | (std::uint64_t{random.next()} << 32U) |
                          (std::uint64_t{random.next()} << 16U) | random.next();
        x = std::max<std::uint64_t>(1, x >> random.below(64));
        const double exact = std::log2(static_cast<double>(x)) * 65536.0;
        ASSERT_NEAR(det::log2_q16(x), exact - 0.5, 1.0) << x;  // rounded down
    }
    for (int bit = 0; bit < 64; ++bit) EXPECT_EQ(det::log2_q16(std::uint64_t{1} << bit), bit * 65536);
}

TEST(DetMath, LevelsAreRightToAHundredthOfADecibel) {
    test::Lcg random(2);
    for (int i = 0; i < 20000; ++i) {
        const std::uint64_t count = 1 + random.next();
        const std::uint64_t mean = ((std::uint64_t{random.next()} << 14U) | 1U) >> random.below(30);
        const std::uint64_t sum = std::max<std::uint64_t>(1, count * mean + random.below(2));
        const double exact = 10.0 * std::log10(static_cast<double>(sum) / static_cast<double>(count) / 1073741824.0);
        ASSERT_NEAR(det::mean_square_dbfs_x100(sum, count) / 100.0, std::max(exact, -120.0), 0.011)
            << sum << " / " << count;
    }
    EXPECT_EQ(det::mean_square_dbfs_x100(0, 100), det::kSilenceDbfsX100);
    EXPECT_EQ(det::mean_square_dbfs_x100(0, 0), det::kSilenceDbfsX100);
    EXPECT_EQ(det::mean_square_dbfs_x100(160ULL << 30U, 160), 0);
}

TEST(DetMath, SineAndBesselAreAsExactAsTheySay) {
    test::Lcg random(3);
    for (int i = 0; i < 20000; ++i) {
        const double x = (static_cast<double>(random.next()) - 32768.0) / 65536.0 *
                         std::ldexp(1.0, static_cast<int>(random.below(8)));
        ASSERT_NEAR(det::sin_pi(x), std::sin(kPi * std::remainder(x, 2.0)), 1e-15) << x;
    }
    for (double x = 0.0; x <= 12.0; x += 0.01) {
        const double exact = reference::bessel_i0(x);
        ASSERT_NEAR(det::bessel_i0(x) / exact, 1.0, 1e-12) << x;
    }
}

}  // namespace
}  // namespace audioengine
