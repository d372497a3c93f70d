// Whole files as text. A file that is not there fails the test instead of giving an empty one.
#pragma once

#include <cstdio>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>

namespace edgesim {

inline std::string FileText(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

inline std::string Unzipped(const std::string& path) {
  FILE* pipe = popen(("zcat '" + path + "'").c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("cannot run zcat");
  std::string text;
  char buffer[1 << 16];
  for (std::size_t n; (n = fread(buffer, 1, sizeof buffer, pipe)) > 0;) text.append(buffer, n);
  if (pclose(pipe) != 0) throw std::runtime_error("cannot unzip " + path);
  return text;
}

}  // namespace edgesim
