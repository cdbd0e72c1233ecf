// The protocol without sockets: whatever a client sends, a session answers in JSON and keeps its promises.
#include "session.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "support/random.h"

namespace audioengine::relay {
namespace {

using Json = nlohmann::json;
using audioengine::test::Lcg;

constexpr SessionLimits kLimits{4 << 20, 30000};

std::unique_ptr<Session> open(const std::string& query, ThreadMetrics& metrics) {
    StreamRequest request;
    ProtocolError error;
    if (!parse_stream_query(query, request, error)) return nullptr;
    return Session::create(request, *find_provider("echo"), kLimits, metrics, error);
}

// Pieces of what clients say, stuck together at random, with some bytes changed.
template <std::uint32_t N>
std::string mutated(Lcg& random, const char* const (&pieces)[N]) {
    std::string text;
    for (std::size_t count = random.below(6); count > 0; --count) text += pieces[random.below(N)];
    for (std::size_t count = random.below(3); count > 0 && !text.empty(); --count) {
        text[random.below(static_cast<std::uint32_t>(text.size()))] = static_cast<char>(random.next());
    }
    return text;
}

TEST(StreamQuery, AnyTextIsReadOrRefusedWithAReason) {
    constexpr const char* kPieces[] = {"rate",        "=",
                                       "&",           "8000",
                                       "format=ulaw", "&channels=2",
                                       "%",           "%41",
                                       "+",           "vad.threshold=0.5",
                                       "&&",          "=1",
                                       "blocks=1",    "output_rate=0",
                                       "-",           "1e30",
                                       "nan",         "\xff",
                                       "?",           "speech_end_ms=70"};
    Lcg random(1);
    std::size_t read = 0;
    for (int i = 0; i < 20000; ++i) {
        const std::string query = mutated(random, kPieces);
        StreamRequest request;
        ProtocolError error;
        if (parse_stream_query(query, request, error)) {
            ++read;
            EXPECT_TRUE(check(request.config).ok()) << query;
        } else {
            EXPECT_FALSE(error.code.empty()) << query;
            EXPECT_FALSE(error.message.empty()) << query;
            EXPECT_LT(error.position.value_or(0), query.size()) << query;
            EXPECT_TRUE(Json::accept(error_text(error))) << query;
        }
    }
    EXPECT_GT(read, 1000U);
}

TEST(Session, AnyTextAndAnyAudioIsAnswered) {
    constexpr const char* kPieces[] = {"{\"type\":",
                                       "\"reset\"",
                                       "\"metrics\"",
                                       "}",
                                       "{",
                                       "[",
                                       "\"",
                                       "\\u0000",
                                       "null",
                                       "1e999",
                                       "{\"type\":\"reset\"}",
                                       "{\"type\":\"metrics\"}",
                                       "\xff\xfe",
                                       ",",
                                       ":"};
    constexpr const char* kQueries[] = {"blocks=1", "rate=8000&format=ulaw&blocks=1&output_format=float32",
                                        "rate=44100&channels=2&format=float32&output_rate=8000&mode=quality",
                                        "rate=4000&speech_start_ms=10&speech_end_ms=10&output_rate=192000"};
    Lcg random(2);
    ThreadMetrics metrics;
    for (int round = 0; round < 40; ++round) {
        const auto session = open(kQueries[random.below(std::size(kQueries))], metrics);
        ASSERT_NE(session, nullptr);
        Message message;
        const auto drain = [&] {
            while (session->next(message)) {
                EXPECT_TRUE(message.binary || Json::accept(message.payload)) << message.payload;
                EXPECT_FALSE(message.binary && message.payload.empty());
            }
            EXPECT_EQ(session->queued_bytes(), 0U);
        };
        for (int step = 0; step < 60; ++step) {
            switch (random.below(4)) {
                case 0: session->take_text(mutated(random, kPieces)); break;
                case 1: session->time_passes(random.below(3000)); break;
                default: {
                    std::string noise(random.below(5000), '\0');
                    for (char& c : noise) c = static_cast<char>(random.next() % (step % 20 < 10 ? 256 : 1));
                    session->take_audio(std::as_bytes(std::span(noise)));
                }
            }
            if (random.below(3) == 0) drain();
        }
        EXPECT_FALSE(session->finished());
        session->finish();
        drain();
        EXPECT_TRUE(session->finished());
        EXPECT_FALSE(session->next(message));
    }
}

// What Prometheus sees: counters of open and ended streams together, which may only grow.
TEST(Session, CountersNeverGoBackWhateverBecomesOfTheStream) {
    Lcg random(3);
    ThreadMetrics metrics;
    MetricsTotals before;
    std::uint64_t bytes_in = 0;
    std::uint64_t bytes_out = 0;
    std::uint64_t ended = 0;
    for (int round = 0; round < 20; ++round) {
        auto session = open("rate=16000&speech_start_ms=10&speech_end_ms=20&output_format=ulaw", metrics);
        ASSERT_NE(session, nullptr);
        const auto look = [&](bool open) {
            MetricsTotals totals = metrics.ended;
            if (open) session->add_to(totals);
            EXPECT_EQ(totals.open_streams, open ? 1U : 0U);
            EXPECT_EQ(totals.memory_bytes > 0, open);
            EXPECT_EQ(totals.in.bytes, bytes_in);
            EXPECT_EQ(totals.out.bytes, bytes_out);
            EXPECT_EQ(totals.findings[0], ended);
            EXPECT_GE(totals.segments, before.segments);
            EXPECT_GE(totals.processing_ns, before.processing_ns);
            EXPECT_GE(totals.in.audio_ns[0], before.in.audio_ns[0]);
            EXPECT_GE(totals.out.audio_ns[1], before.out.audio_ns[1]);
            before = totals;
        };
        Message message;
        for (int step = 0; step < 30; ++step) {
            std::string audio(6400, '\0');
            for (std::size_t i = 1; i < audio.size(); i += 2)
                audio[i] = step % 4 < 2 ? static_cast<char>(i % 8 < 4 ? 0x7F : 0x81) : '\0';
            for (std::size_t i = 0; step % 4 == 0 && i < 8; ++i) audio[i] = static_cast<char>(i % 2 == 0 ? 0xFF : 0x7F);
            session->take_audio(std::as_bytes(std::span(audio)));
            bytes_in += audio.size();
            while (session->next(message)) bytes_out += message.binary ? message.payload.size() : 0;
            look(true);
            if (random.below(10) == 0) {
                session->take_text(R"({"type":"reset"})");
                ++ended;
                look(true);
                break;  // a stream of silence would end without the finding
            }
        }
        std::string clipped(8, '\x7F');
        for (std::size_t i = 0; i < clipped.size(); i += 2) clipped[i] = '\xFF';
        session->take_audio(std::as_bytes(std::span(clipped)));
        bytes_in += clipped.size();
        session->leave();
        ++ended;
        look(false);
        session.reset();
        look(false);  // it is counted once
    }
    EXPECT_GE(before.segments, 20U);
    EXPECT_GT(bytes_out, 10000U);
}

TEST(Origin, OnlyOwnAndAllowedPages) {
    const std::vector<std::string> allowed{"https://app.example"};
    const struct {
        const char* origin;
        const char* host;
        bool expected;
    } rows[] = {
        {"", "anything", true},
        {"https://app.example", "relay.example", true},
        {"http://app.example", "relay.example", false},
        {"https://app.example:8443", "relay.example", false},
        {"http://127.0.0.1:8080", "127.0.0.1:8081", true},
        {"http://localhost", "localhost:8081", true},
        {"http://[::1]:8080", "[::1]:8081", true},
        {"http://[::1]:8080", "[::2]:8081", false},
        {"http://10.0.0.7", "10.0.0.7:8081", true},
        {"http://evil.example", "evil.example:8081", false},
        {"http://127.0.0.1.evil.example", "127.0.0.1.evil.example", false},
        {"null", "null", false},
        {"http://", "", false},
    };
    for (const auto& row : rows) {
        EXPECT_EQ(origin_allowed(row.origin, row.host, allowed), row.expected) << row.origin << " at " << row.host;
    }
    const std::vector<std::string> all{"*"};
    EXPECT_TRUE(origin_allowed("http://evil.example", "relay.example", all));
}

}  // namespace
}  // namespace audioengine::relay
