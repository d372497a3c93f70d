#pragma once

#include <cstdio>
#include <string>

namespace edgesim {

// Writes one line to stderr. What users gave may be part of it, so control characters become '?'
// and a very long line is cut. A closed stderr is no reason to stop.
inline void PrintErrorLine(std::string line) {
  constexpr std::size_t kLongest = 1000;
  if (line.size() > kLongest) line = line.substr(0, kLongest) + " ...";
  for (char& c : line) {
    if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') c = '?';
  }
  line += '\n';
  std::fwrite(line.data(), 1, line.size(), stderr);
}

}  // namespace edgesim
