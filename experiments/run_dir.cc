#include "experiments/run_dir.h"

#include <fmt/format.h>
#include <unistd.h>

#include "experiments/files.h"
#include "sim/input_error.h"

namespace edgesim {

namespace fs = std::filesystem;

namespace {

fs::path Numbered(const fs::path& base, int number) {
  return number == 1 ? base : fs::path(fmt::format("{}-{}", base.string(), number));
}

// Nearest existing ancestor must be a folder we may write to.
void CheckWritable(const fs::path& path) {
  fs::path at = fs::absolute(path).parent_path();
  std::error_code error;
  while (!fs::exists(at, error) && at.has_relative_path()) at = at.parent_path();
  if (!fs::is_directory(at, error))
    throw InputError(at.string() + ": is not a folder, so nothing can be written below it");
  if (access(at.c_str(), W_OK | X_OK) != 0)
    throw InputError(at.string() + ": no permission to write there");
}

}  // namespace

RunDir::RunDir(const fs::path& out, const std::string& name, bool force, RunKind kind)
    : path_(out), force_(force), kind_(std::move(kind)) {
  std::error_code error;
  if (out.empty()) {
    base_ = fs::path(kind_.parent) / name;
    CheckWritable(base_);
    return;
  }
  path_ = path_.lexically_normal();
  if (!path_.has_filename()) path_ = path_.parent_path();  // "runs/x/."
  if (fs::is_symlink(path_, error))
    path_ = fs::weakly_canonical(path_, error);  // the folder behind it
  constexpr std::size_t kLongestName =
      200;  // what file systems allow, less what is added while writing
  if (path_.filename().string().size() > kLongestName)
    throw InputError("--out: the folder's name is too long");
  if (fs::exists(path_, error)) {
    if (!fs::is_directory(path_, error))
      throw InputError(path_.string() + ": is a file, --out needs a folder");
    if (fs::exists(path_ / kind_.mark, error)) {
      if (!force) throw InputError(path_.string() + ": holds a finished run; --force replaces it");
    } else if (!fs::is_empty(path_, error)) {
      throw InputError(path_.string() +
                       ": is not empty and holds no finished run; choose another folder");
    }
  }
  CheckWritable(path_);
}

// What else lies in the folder is the user's: it moves over, only the old run's files go.
void RunDir::KeepForeign(const fs::path& old,
                         const std::map<std::string, std::string>& files) const {
  for (const auto& entry : fs::directory_iterator(old)) {
    const fs::path name = entry.path().filename();
    if (name == kind_.folder && entry.is_directory()) {
      for (const auto& inner : fs::directory_iterator(entry.path())) {
        if (inner.path().extension() == ".json") continue;
        fs::create_directories(path_ / name);
        fs::rename(inner.path(), path_ / name / inner.path().filename());
      }
    } else if (!files.contains(name.string())) {
      fs::rename(entry.path(), path_ / name);
    }
  }
}

fs::path RunDir::Write(const std::map<std::string, std::string>& files) {
  const fs::path parent = fs::absolute(base_.empty() ? path_ : base_).parent_path();
  std::error_code error;
  fs::create_directories(parent, error);
  if (error)
    throw InputError(fmt::format("{}: cannot be created: {}", parent.string(), error.message()));
  const fs::path part = parent / fmt::format(".edgesim-{}", getpid());
  fs::remove_all(part, error);
  try {
    fs::create_directory(part);
    for (const auto& [file, text] : files) {
      fs::create_directories((part / file).parent_path());
      WriteTextFile(part / file, text);
    }
    if (base_.empty()) {
      if (force_ && fs::exists(path_ / kind_.mark)) {
        const fs::path old = part.string() + "-old";
        fs::rename(path_, old);
        fs::rename(part, path_, error);
        if (error) {
          fs::rename(old, path_);
          throw fs::filesystem_error("rename", path_, error);
        }
        KeepForeign(old, files);
        fs::remove_all(old);
      } else {
        fs::rename(part, path_);  // replaces an empty folder, fails on any other
      }
      return path_;
    }
    for (int number = 1;; ++number) {
      fs::path target = Numbered(base_, number);
      if (fs::exists(target)) continue;
      fs::rename(part, target);
      return target;
    }
  } catch (const InputError&) {
    fs::remove_all(part, error);
    throw;
  } catch (const fs::filesystem_error& failure) {
    fs::remove_all(part, error);
    throw InputError(fmt::format("{}: cannot be written: {}",
                                 (base_.empty() ? path_ : base_).string(),
                                 failure.code().message()));
  }
}

}  // namespace edgesim
