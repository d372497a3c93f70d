// Tests for experiments/cli/doctor_report.cc.
#include "experiments/cli/doctor_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "experiments/files.h"
#include "tests/support/ticking_clock.h"
#include "tests/support/toy_host_file.h"

namespace edgesim {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

TEST(DoctorReport, NoiseIsTheSpreadOfEqualRounds) {
  TickingClock ticking{.step_s = 1e-3};
  const Finding quiet = NoiseFinding(ticking.Clock(), 0.1);
  EXPECT_EQ(quiet.health, Health::kFine);
  EXPECT_THAT(quiet.found, HasSubstr("spreads by 0.0 %"));
  double now = 0;
  int reading = 0;
  HostClock noisy = ticking.Clock();
  noisy.seconds = [&] { return now += ++reading % 4 == 0 ? 3e-3 : 1e-3; };
  noisy.stolen_s = [&] { return now / 10; };
  const Finding busy = NoiseFinding(noisy, 0.2);
  EXPECT_EQ(busy.health, Health::kNote);
  EXPECT_THAT(busy.found, HasSubstr("0.02 s stolen"));
  EXPECT_THAT(busy.advice, HasSubstr("end other work"));
}

TEST(DoctorReport, HostProfileIsOfThisMachineAndFresh) {
  HostProfile profile = ToyHost();
  profile.date = "2026-01-31";
  const std::string file = ToyHostFile("doctor_host", profile);
  const Finding fresh = HostProfileFinding(file, profile.host, "2026-03-01");
  EXPECT_EQ(fresh.health, Health::kFine);
  EXPECT_THAT(fresh.found, HasSubstr("29 days old"));
  const Finding old = HostProfileFinding(file, profile.host, "2027-03-01");
  EXPECT_EQ(old.health, Health::kNote);
  EXPECT_THAT(old.advice, HasSubstr("measures again"));
  HostIdentity other = profile.host;
  other.cpu = "another";
  EXPECT_THAT(HostProfileFinding(file, other, "2026-03-01").advice,
              HasSubstr("that of another machine"));
  EXPECT_THAT(HostProfileFinding("/nowhere.json", other, "2026-03-01").found,
              HasSubstr("not in this folder"));
  WriteTextFile(file, "{}");
  const Finding broken = HostProfileFinding(file, profile.host, "2026-03-01");
  EXPECT_EQ(broken.health, Health::kNote);
  EXPECT_THAT(broken.advice, HasSubstr("writes a new one"));
}

TEST(DoctorReport, ShippedFilesAreNeeded) {
  const Finding shipped = ShippedFinding(ShareDir());
  EXPECT_EQ(shipped.health, Health::kFine);
  EXPECT_THAT(shipped.found, HasSubstr("model cards"));
  const fs::path share = fs::path(testing::TempDir()) / "doctor_share";
  fs::remove_all(share);
  EXPECT_EQ(ShippedFinding(share).health, Health::kBroken);
  for (const char* file : {"devices/profiles/a.json", "devices/catalog/models/a.json",
                           "workloads/data/a.csv", "experiments/configs/a.yaml"}) {
    fs::create_directories((share / file).parent_path());
    WriteTextFile(share / file, "{}");
  }
  const Finding broken = ShippedFinding(share);
  EXPECT_EQ(broken.health, Health::kBroken);
  EXPECT_THAT(broken.found, HasSubstr("a.json"));
}

TEST(DoctorReport, PythonIsAskedToImportThePackage) {
  const fs::path folder = fs::path(testing::TempDir()) / "doctor_python";
  fs::remove_all(folder);
  fs::create_directories(folder / "edgesim");
  WriteTextFile(folder / "edgesim/__init__.py", "");
  const auto interpreter = [&](const std::string& script) {
    WriteTextFile(folder / "python", "#!/bin/sh\n" + script);
    fs::permissions(folder / "python", fs::perms::owner_all);
    return PythonFinding({.wanted = (folder / "python").string(), .built_in = folder});
  };
  const Finding works =
      interpreter("test \"$PYTHONPATH\" = '" + folder.string() + "' && echo 3.99.1 1.2.3\n");
  EXPECT_EQ(works.health, Health::kFine) << works.found;
  EXPECT_THAT(works.found, HasSubstr("Python 3.99.1 imports edgesim 1.2.3"));
  const Finding fails = interpreter("echo \"No module named 'numpy'\"; exit 1\n");
  EXPECT_EQ(fails.health, Health::kNote);
  EXPECT_THAT(fails.found, HasSubstr("fails: No module named 'numpy'"));
  EXPECT_THAT(fails.advice, HasSubstr("python3-numpy"));
  EXPECT_THAT(PythonFinding({.wanted = "/no/python"}).advice, HasSubstr("EDGESIM_PYTHON"));
}

TEST(DoctorReport, OtherFindings) {
  EXPECT_THAT(KernelsFinding().found, HasSubstr("scalar"));
  EXPECT_THAT(ThreadsFinding(7).found, HasSubstr("7; TBB 20"));
  EXPECT_THAT(ProcessorFinding({.cpu = "Toy", .l1d_bytes = 32768}).found,
              HasSubstr("Toy; caches 32 KiB, unknown, unknown"));
  EXPECT_EQ(DataFinding("").health, Health::kFine);
  EXPECT_EQ(DataFinding(testing::TempDir()).health, Health::kFine);
  EXPECT_EQ(DataFinding("/no/such/folder").health, Health::kNote);
  EXPECT_EQ(TerminalFinding({.utf8 = true}).health, Health::kFine);
  EXPECT_THAT(TerminalFinding({.utf8 = false}).advice, HasSubstr("ASCII"));
}

TEST(DoctorReport, TextAndJsonSayTheSame) {
  std::vector<Finding> findings = {{"a", "fine"}, {"b", "so so", Health::kNote, "do this"}};
  EXPECT_FALSE(AnyBroken(findings));
  EXPECT_THAT(DoctorText(findings), HasSubstr("-> do this\nnothing is broken; notes: 1\n"));
  findings.push_back({"c", "gone\xff", Health::kBroken, "get it"});
  EXPECT_TRUE(AnyBroken(findings));
  EXPECT_THAT(DoctorText(findings), HasSubstr("\n1 broken\n"));
  const auto json = nlohmann::json::parse(DoctorJson(findings));
  ASSERT_EQ(json["findings"].size(), 3U);
  EXPECT_TRUE(json["findings"][0]["advice"].is_null());
  EXPECT_EQ(json["findings"][1]["health"], "note");
  EXPECT_EQ(json["findings"][2]["advice"], "get it");
}

}  // namespace
}  // namespace edgesim
