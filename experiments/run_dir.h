// The folder a run leaves behind: complete or not there at all.
#pragma once

#include <filesystem>
#include <map>
#include <string>

namespace edgesim {

class RunDir {
 public:
  // `out` empty: runs/<name>, or the first free of runs/<name>-2, -3 ... Otherwise that folder; a
  // finished run in it needs `force`, anything else in it is never touched. Throws InputError;
  // creates nothing yet but checks that it could.
  RunDir(const std::filesystem::path& out, const std::string& name, bool force);

  // Writes all files beside the folder, then moves it into place. Returns the folder.
  std::filesystem::path Write(const std::map<std::string, std::string>& files);

 private:
  std::filesystem::path path_;
  std::filesystem::path base_;  // of numbered folders; empty for a named one
  bool force_;
};

}  // namespace edgesim
