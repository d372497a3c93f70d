// Programs started beside this one, by posix_spawn.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

namespace edgesim {

class ChildProcess {
 public:
  enum class Output {
    kInherited,  // standard streams and process group are this program's
    kPipe,       // own group, so that Ctrl-C does not reach it; only output_fd() hears it
    kTerminal    // the same, but it sees a terminal: C programs then write line by line
  };

  // argv[0] is sought on PATH. Throws InputError if it cannot be started.
  ChildProcess(const std::vector<std::string>& argv, Output output);
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  // Ends a child with a group of its own; any other is left alone.
  ~ChildProcess();

  int output_fd() const { return output_fd_; }  // not blocking; -1 where inherited

  // The exit status as a shell shows it, 128 + n after signal n; empty while the child runs.
  std::optional<int> Status();
  void Signal(int number) const;

 private:
  bool own_group_;
  int output_fd_ = -1;
  pid_t pid_ = -1;
  std::optional<int> status_;
};

struct ToolOutput {
  bool found = false;  // there is such a program
  bool ok = false;     // it exited with 0 in time
  std::string text;
};

// Runs a tool to its end, for timeout_s at most.
ToolOutput OutputOf(const std::vector<std::string>& argv, double timeout_s);

}  // namespace edgesim
