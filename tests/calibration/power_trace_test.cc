// The format by content, and memory while a long recording streams in.
#include "calibration/power_trace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <malloc.h>

#include <algorithm>
#include <sstream>
#include <streambuf>

#include "sim/input_error.h"

namespace edgesim {
namespace {

using testing::HasSubstr;

TEST(DetectFormatTest, ByTheFirstLine) {
  EXPECT_EQ(DetectFormat("\r\nt_s,gpu_w\r\n", "f"), "generic");
  EXPECT_EQ(DetectFormat("action,t_ms,gpu_mw", "f"), "generic");
  EXPECT_EQ(DetectFormat("\xEF\xBB\xBF"
                         "Date,Time,\"GPU Power [W]\",",
                         "f"),
            "hwinfo");
  EXPECT_EQ(DetectFormat("Delta,Time,SYSTEM_POWER (Watts)\n", "f"), "energibridge");
  EXPECT_EQ(DetectFormat("Time,03-02-2023 13:38:13.142,Watts,14.2,Volts,2\n", "f"), "spl");
  EXPECT_EQ(DetectFormat("04-19-2026 01:31:10 RAM 1/2MB VDD_IN 1mW/1mW\n", "f"), "tegrastats");
}

TEST(DetectFormatTest, OtherwiseTheFormatsAreListed) {
  for (const char* head : {"", "hello", "Time,Watts\n", "watts\n1\n", "Date,power\n"}) {
    try {
      DetectFormat(head, "f");
      ADD_FAILURE() << head;
    } catch (const InputError& error) {
      for (const char* name : {"f:1:1: ", "generic", "hwinfo", "energibridge", "spl", "tegrastats"})
        EXPECT_THAT(error.what(), HasSubstr(name));
    }
  }
}

TEST(ImportTraceTest, AnUnknownFormatIsNamed) {
  std::istringstream in("t_s,a_w\n0,1\n");
  try {
    ImportTrace(in, "f", {.format = "hwinf"});
    ADD_FAILURE();
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("unknown format 'hwinf', allowed: "));
    EXPECT_THAT(error.what(), HasSubstr("did you mean 'hwinfo'?"));
  }
}

// A csv that is never whole in memory. Sees the heap in use each time a piece is taken.
class LongRecording : public std::streambuf {
 public:
  LongRecording(std::size_t rows, std::size_t filler) : rows_(rows), filler_(filler, 'x') {}
  std::size_t bytes() const { return bytes_; }
  std::size_t most_heap() const { return most_heap_; }

  static std::size_t Heap() {
    const struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
  }

 protected:
  int_type underflow() override {
    most_heap_ = std::max(most_heap_, Heap());
    piece_.clear();
    if (bytes_ == 0) piece_ = "t_s,note,gpu_w\n";
    for (int i = 0; i < 500 && row_ < rows_; ++i, ++row_) {
      piece_ += std::to_string(row_) + "," + filler_ + "," + std::to_string(row_ % 977) + "\n";
    }
    bytes_ += piece_.size();
    if (piece_.empty()) return traits_type::eof();
    setg(piece_.data(), piece_.data(), piece_.data() + piece_.size());
    return traits_type::to_int_type(piece_.front());
  }

 private:
  std::size_t rows_, row_ = 0, bytes_ = 0, most_heap_ = 0;
  std::string filler_, piece_;
};

TEST(ImportTraceTest, ALongRecordingIsNotHeldAsText) {
  constexpr std::size_t kRows = 2'000'000, kFiller = 180;
  const std::size_t before = LongRecording::Heap();
  LongRecording recording(kRows, kFiller);
  std::istream in(&recording);
  const PowerTrace trace = ImportTrace(in, "long", {});
  ASSERT_EQ(trace.t_s.size(), kRows);
  EXPECT_EQ(trace.t_s.back(), kRows - 1);
  EXPECT_EQ(trace.rail_w[0][1000], 23);
  // Time and power 8 bytes each, the group's name 32; a vector that grows holds up to three times
  // its size for a moment.
  const std::size_t kept = kRows * (8 + 8 + sizeof(std::string));
  EXPECT_GT(recording.bytes(), 3 * kept);
  EXPECT_LT(recording.most_heap(), before + 3 * kept / 2);
}

}  // namespace
}  // namespace edgesim
