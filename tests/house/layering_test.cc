// The house rules that a compiler does not check: who may include whom, which library lives in
// which room, what the ground floors must not touch, and that each source file has its test.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <regex>
#include <set>
#include <sstream>

namespace {

namespace fs = std::filesystem;
const fs::path kRoot = EDGESIM_SOURCE_DIR;

std::string Read(const fs::path& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

// DEPENDS of each room, as its CMakeLists.txt declares it.
std::map<std::string, std::set<std::string>> DeclaredRooms() {
  std::map<std::string, std::set<std::string>> rooms;
  for (const auto& entry : fs::directory_iterator(kRoot)) {
    const fs::path cmake = entry.path() / "CMakeLists.txt";
    if (!fs::exists(cmake)) continue;
    const std::string text = Read(cmake);
    std::smatch match;
    if (!std::regex_search(text, match, std::regex(R"(edgesim_module\((\w+)([^)]*)\))"))) continue;
    std::set<std::string>& depends = rooms[match[1]];
    const std::string arguments = match[2];
    std::smatch list;
    if (std::regex_search(arguments, list, std::regex(R"(DEPENDS((?:\s+[a-z]+)+))"))) {
      std::istringstream names(list[1]);
      for (std::string name; names >> name;) depends.insert(name);
    }
  }
  return rooms;
}

// The only places for each third-party library: prefix of the include, rooms. A room that ends in
// ".cc" may use it in sources but not in headers.
const std::vector<std::pair<std::string, std::set<std::string>>> kThirdParty = {
    {"fmt/",
     {"sim.cc", "devices.cc", "workloads.cc", "calibration.cc", "experiments.cc", "record.cc",
      "cli"}},
    {"Random123/", {"sim"}},
    {"boost/random/", {"sim"}},
    {"boost/graph/", {"devices"}},
    {"boost/math/", {"sim.cc", "devices.cc", "calibration.cc"}},
    {"csv.h", {"sim.cc", "calibration.cc"}},
    {"Eigen/", {"devices", "policies", "calibration"}},
    {"unsupported/Eigen/", {"calibration.cc"}},
    {"immintrin.h", {"kernels"}},
    {"sys/mman.h", {"kernels.cc"}},
    {"sys/ioctl.h", {"record.cc", "cli"}},
    {"nlohmann/", {"devices.cc", "experiments.cc", "cli"}},
    {"tbb/", {"kernels.cc", "calibration", "experiments.cc", "cli"}},
    {"yaml-cpp/", {"experiments"}},
    {"CLI/", {"cli"}},
    {"unistd.h", {"experiments.cc", "record.cc", "cli"}},
    {"sys/types.h", {"record"}},
    {"sys/", {"record.cc"}},
    {"fcntl.h", {"record.cc"}},
    {"poll.h", {"record.cc"}},
    {"spawn.h", {"record.cc"}},
    {"termios.h", {"record.cc"}},
};

struct Source {
  std::string room;  // "record" and "cli" are rooms of their own below experiments/
  fs::path path;
  std::string text;
};

std::vector<Source> Sources() {
  std::vector<Source> sources;
  for (const auto& [room, depends] : DeclaredRooms()) {
    for (const auto& entry : fs::recursive_directory_iterator(kRoot / room)) {
      const std::string extension = entry.path().extension().string();
      if (extension != ".h" && extension != ".cc") continue;
      const std::string folder = entry.path().parent_path().filename().string();
      const bool inner = room == "experiments" && (folder == "record" || folder == "cli");
      sources.push_back({inner ? folder : room, entry.path(), Read(entry.path())});
    }
  }
  return sources;
}

std::vector<std::string> Matches(const std::string& text, const std::string& pattern) {
  std::vector<std::string> found;
  const std::regex regex(pattern);
  for (std::sregex_iterator it(text.begin(), text.end(), regex), end; it != end; ++it)
    found.push_back((*it)[1]);
  return found;
}

TEST(Layering, RoomsAreDeclaredAndAcyclic) {
  const auto rooms = DeclaredRooms();
  ASSERT_GE(rooms.size(), 6U);
  EXPECT_TRUE(rooms.at("sim").empty());
  std::set<std::string> done;
  const std::function<void(const std::string&, std::set<std::string>)> visit =
      [&](const std::string& room, std::set<std::string> path) {
        ASSERT_TRUE(path.insert(room).second) << "a cycle through " << room;
        for (const std::string& next : rooms.at(room)) visit(next, path);
      };
  for (const auto& [room, depends] : rooms) visit(room, {});
  const std::map<std::string, std::set<std::string>> law = {
      {"sim", {}},
      {"kernels", {}},
      {"devices", {"sim"}},
      {"workloads", {"sim"}},
      {"policies", {"sim"}},
      {"calibration", {"sim", "devices", "kernels"}},
      {"experiments", {"sim", "devices", "workloads", "policies"}}};
  EXPECT_EQ(rooms, law);
}

TEST(Layering, IncludesFollowTheDeclaration) {
  const auto rooms = DeclaredRooms();
  const std::vector<Source> sources = Sources();
  ASSERT_GT(sources.size(), 60U);
  for (const Source& source : sources) {
    for (const std::string& include : Matches(source.text, R"re(#include "([^"]+)")re")) {
      const std::string target = include.substr(0, include.find('/'));
      if (source.room == "cli") continue;  // the executable may use every room
      EXPECT_FALSE(include.starts_with("experiments/cli/")) << source.path;
      if (source.room == "record") {
        EXPECT_TRUE(include.starts_with("experiments/record/") || target == "sim")
            << source.path << ": record may not include " << include;
        continue;
      }
      EXPECT_FALSE(include.starts_with("experiments/record/")) << source.path;
      EXPECT_TRUE(target == source.room || rooms.at(source.room).contains(target))
          << source.path << ": " << source.room << " may not include " << include;
    }
  }
}

TEST(Layering, ThirdPartyLibrariesStayInTheirRooms) {
  const std::regex standard(R"([a-z_0-9]+)");
  for (const Source& source : Sources()) {
    for (const std::string& include : Matches(source.text, "#include <([^>]+)>")) {
      if (std::regex_match(include, standard)) continue;
      const auto rule = std::find_if(kThirdParty.begin(), kThirdParty.end(),
                                     [&](const auto& r) { return include.starts_with(r.first); });
      ASSERT_NE(rule, kThirdParty.end())
          << source.path << ": <" << include << "> is in no room's list";
      const bool in_source =
          source.path.extension() == ".cc" && rule->second.contains(source.room + ".cc");
      EXPECT_TRUE(in_source || rule->second.contains(source.room))
          << source.path << ": <" << include << "> belongs to "
          << fmt::format("{}", fmt::join(rule->second, ", "));
    }
  }
}

TEST(Layering, NoClockNoGlobalRandomnessNoFilesBelowExperiments) {
  const std::regex forbidden(
      R"((system_clock|steady_clock|high_resolution_clock|std::time\b|<random>|std::mt19937|random_device|std::\w+_distribution|std::shuffle|\brand\(|getenv|gettimeofday|clock_gettime|\bclock\(|fopen|popen|<fstream>|<filesystem>|<thread>|thread_local))");
  for (const Source& source : Sources()) {
    if (source.room == "experiments" || source.room == "record" || source.room == "cli") continue;
    std::smatch match;
    EXPECT_FALSE(std::regex_search(source.text, match, forbidden))
        << source.path << ": " << match.str();
  }
}

// The Python module sees all rooms and none sees it: bindings only convert, so what they call is
// tested in C++ and what they give in tests/python.
TEST(Layering, PythonIsTheRoof) {
  for (const Source& source : Sources()) {
    EXPECT_EQ(source.text.find("#include <pybind11"), std::string::npos) << source.path;
    EXPECT_EQ(source.text.find("#include \"python/"), std::string::npos) << source.path;
  }
  const std::regex allowed(
      R"(pybind11/[a-z0-9_/]+\.h|fmt/(format|ranges)\.h|tbb/[a-z_]+\.h|[a-z_0-9]+)");
  const std::regex logic(R"((RunEpisode|<random>|getenv|nlohmann|yaml-cpp))");
  std::size_t files = 0;
  for (const auto& entry : fs::directory_iterator(kRoot / "python/src")) {
    const std::string text = Read(entry.path());
    for (const std::string& include : Matches(text, "#include <([^>]+)>"))
      EXPECT_TRUE(std::regex_match(include, allowed)) << entry.path() << ": <" << include << ">";
    EXPECT_FALSE(std::regex_search(text, logic)) << entry.path();
    EXPECT_LE(std::count(text.begin(), text.end(), '\n'), 400) << entry.path();
    ++files;
  }
  EXPECT_GT(files, 8U);
  for (const auto& entry : fs::recursive_directory_iterator(kRoot / "python/edgesim")) {
    if (entry.path().extension() != ".py") continue;
    const std::string text = Read(entry.path());
    EXPECT_LE(std::count(text.begin(), text.end(), '\n'), 400) << entry.path();
  }
}

// kernels/<stem>_<one of these>.cc is the code of <stem> compiled for one instruction set: the test
// of <stem>, which runs over all of them, is its test.
constexpr std::string_view kInstructionSets[] = {"_scalar", "_avx2", "_avx_vnni", "_avx512",
                                                 "_avx512_vnni"};

TEST(Layering, EverySourceHasItsTest) {
  std::size_t per_instruction_set = 0;
  for (const Source& source : Sources()) {
    if (source.path.extension() != ".cc" || source.room == "cli")
      continue;  // cli: tests/cli_test.sh
    std::string stem = source.path.stem().string();
    const auto suffix = std::find_if(std::begin(kInstructionSets), std::end(kInstructionSets),
                                     [&](std::string_view set) { return stem.ends_with(set); });
    const bool of_a_set = source.room == "kernels" && suffix != std::end(kInstructionSets);
    if (of_a_set) stem.resize(stem.size() - suffix->size());
    const fs::path test = kRoot / "tests" / source.room / (stem + "_test.cc");
    EXPECT_TRUE(fs::exists(test)) << source.path << " has no " << test;
    if (!of_a_set) continue;
    ++per_instruction_set;
    EXPECT_NE(Read(test).find("AvailableIsas()"), std::string::npos)
        << test << " does not run over the instruction sets, as " << source.path << " needs";
  }
  EXPECT_GT(per_instruction_set, 5U);
}

// One executable links all rooms: two types of one name would be taken for one another.
TEST(Layering, TypesHaveTheirNamesToThemselves) {
  std::map<std::string, fs::path> defined;
  for (const Source& source : Sources()) {
    if (source.path.extension() != ".h") continue;
    for (const std::string& type :
         Matches(source.text, R"(\n(?:struct|class|enum class) (\w+)[^;{\n]*\{)")) {
      const auto [at, is_new] = defined.emplace(type, source.path);
      EXPECT_TRUE(is_new) << type << " is defined in " << at->second << " and " << source.path;
    }
  }
  EXPECT_GT(defined.size(), 50U);
}

TEST(Layering, FilesHoldOneConcept) {
  constexpr std::ptrdiff_t kLongest = 400;  // about 300 is the aim
  for (const Source& source : Sources()) {
    EXPECT_LE(std::count(source.text.begin(), source.text.end(), '\n'), kLongest) << source.path;
  }
}

// A path named in the documentation exists: in backticks, with a slash or a known extension.
TEST(Docs, NamedPathsExist) {
  std::vector<fs::path> pages = {kRoot / "README.md", kRoot / "HACKING.md", kRoot / "CHANGELOG.md",
                                 kRoot / "calibration/data/SOURCES.md"};
  for (const auto& entry : fs::directory_iterator(kRoot / "docs")) {
    if (entry.path().extension() == ".md") pages.push_back(entry.path());
  }
  ASSERT_GE(pages.size(), 6U);
  std::size_t checked = 0;
  for (const fs::path& page : pages) {
    for (const std::string& word :
         Matches(Read(page),
                 "`((?:sim|kernels|devices|workloads|policies|calibration|"
                 "experiments|python|tests|docs|cmake)/[A-Za-z0-9_./-]*)`")) {
      EXPECT_TRUE(fs::exists(kRoot / word)) << page << " names " << word;
      ++checked;
    }
    for (const std::string& link : Matches(Read(page), R"(\]\(([^)#:]+)\))")) {
      EXPECT_TRUE(fs::exists(page.parent_path() / link)) << page << " links to " << link;
      ++checked;
    }
  }
  EXPECT_GT(checked, 20U);
}

}  // namespace
