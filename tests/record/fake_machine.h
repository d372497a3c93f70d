// A folder that looks like /sys, and tools that stand first on PATH, for as long as this lives.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

namespace edgesim {

class FakeMachine {
 public:
  FakeMachine() {
    std::string pattern = (std::filesystem::temp_directory_path() / "edgesim-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
    folder_ = pattern;
    std::filesystem::permissions(folder_, std::filesystem::perms(0755));
    path_before_ = getenv("PATH");
    setenv("PATH", ((folder_ / "bin").string() + ":" + path_before_).c_str(), 1);
    Tool("nvidia-smi", "exit 9");  // whatever the real machine has stays out of the tests
    Tool("vcgencmd", "exit 9");
  }
  FakeMachine(const FakeMachine&) = delete;
  FakeMachine& operator=(const FakeMachine&) = delete;
  ~FakeMachine() {
    setenv("PATH", path_before_.c_str(), 1);
    std::error_code error;
    std::filesystem::remove_all(folder_, error);
  }

  std::filesystem::path root() const { return folder_ / "sys"; }

  void Sysfs(const std::string& path, const std::string& text) const { Write(root() / path, text); }

  void Tool(const std::string& name, const std::string& script) const {
    const std::filesystem::path path = folder_ / "bin" / name;
    Write(path, "#!/bin/bash\n" + script);
    std::filesystem::permissions(path, std::filesystem::perms(0755));
  }

 private:
  static void Write(const std::filesystem::path& path, const std::string& text) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream out(path);
    out << text << '\n';
    if (!out) throw std::runtime_error("cannot write " + path.string());
  }
  std::filesystem::path folder_;
  std::string path_before_;
};

}  // namespace edgesim
