// The folder a run leaves behind: complete or not there at all.
#pragma once

#include <filesystem>
#include <map>
#include <string>

namespace edgesim {

// What a finished folder is recognised by, and where it goes if no folder is given.
struct RunKind {
  std::string parent = "runs";
  std::string mark = "summary.json";
  std::string folder = "policies";  // of a run's own .json files, inside; replaced with it
};

class RunDir {
 public:
  // `out` empty: <parent>/<name>, or the first free of <name>-2, -3 ... Otherwise that folder; a
  // finished run in it needs `force`, anything else in it is never touched. Throws InputError;
  // creates nothing yet but checks that it could.
  RunDir(const std::filesystem::path& out, const std::string& name, bool force, RunKind kind = {});

  // Writes all files beside the folder, then moves it into place. A name may begin with
  // "<RunKind::folder>/". Returns the folder.
  std::filesystem::path Write(const std::map<std::string, std::string>& files);

 private:
  void KeepForeign(const std::filesystem::path& old,
                   const std::map<std::string, std::string>& files) const;

  std::filesystem::path path_;
  std::filesystem::path base_;  // of numbered folders; empty for a named one
  bool force_;
  RunKind kind_;
};

}  // namespace edgesim
