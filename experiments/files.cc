#include "experiments/files.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "sim/input_error.h"

namespace edgesim {

std::string ReadTextFile(const std::filesystem::path& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error))
    throw InputError(path.string() + ": is a folder, not a file");
  if (!std::filesystem::exists(path, error)) throw InputError(path.string() + ": no such file");
  std::ifstream in(path, std::ios::binary);
  if (!in) throw InputError(path.string() + ": cannot be read");
  // Read in pieces, so that a pipe works and an endless one ends.
  constexpr std::size_t kLargest = std::size_t{64} << 20;
  std::string text;
  char piece[1 << 16];
  while (in.read(piece, sizeof piece) || in.gcount() > 0) {
    text.append(piece, static_cast<std::size_t>(in.gcount()));
    if (text.size() > kLargest) throw InputError(path.string() + ": is over 64 MiB");
  }
  return text;
}

void WriteTextFile(const std::filesystem::path& path, std::string_view text) {
  namespace fs = std::filesystem;
  std::error_code error;
  const bool direct = fs::exists(path, error) && !fs::is_regular_file(path, error);
  // Where a link points to, so that the link stays one.
  const fs::path target = fs::is_symlink(path, error) ? fs::weakly_canonical(path, error) : path;
  const fs::path part =
      direct ? path : fs::path(fmt::format("{}.part-{}", target.string(), getpid()));
  std::ofstream out(part, std::ios::binary);
  out << text;
  out.close();
  bool done = out.good();
  if (done && !direct) {
    fs::rename(part, target, error);
    done = !error;
  }
  if (done) return;
  if (!direct) fs::remove(part, error);
  throw InputError(path.string() + ": cannot be written");
}

std::filesystem::path ShareDir() {
  const char* moved = std::getenv("EDGESIM_SHARE_DIR");
  return moved != nullptr && *moved != '\0' ? moved : EDGESIM_SHARE_DIR;
}

}  // namespace edgesim
