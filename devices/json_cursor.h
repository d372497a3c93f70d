// JSON text read strictly: each value knows where it stands, so that an error can say it.
#pragma once

#include <cmath>
#include <cstddef>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "devices/provenance.h"

namespace edgesim {

class JsonCursor {
 public:
  // The root of a document. `name` (usually the file's) opens every error line, which names the
  // place as a JSON pointer. Throws InputError with line and column where the text is no JSON.
  static JsonCursor Parse(std::string_view text, const std::string& name);

  [[noreturn]] void Fail(const std::string& what) const;

  // All of these throw InputError where the value is not of the kind asked for.
  JsonCursor operator[](const std::string& key) const;
  bool Has(const std::string& key) const;
  bool IsNull() const;
  bool IsText() const;
  std::string Text() const;
  // One of `names`, by its position; the error lists them.
  std::size_t OneOf(const std::vector<std::string>& names) const;
  bool Boolean() const;
  double Number(double at_least = -INFINITY) const;
  double Positive() const;
  // A whole number from `at_least` to 2^53.
  std::size_t Count(std::size_t at_least) const;
  std::vector<JsonCursor> Items() const;
  std::vector<std::pair<std::string, JsonCursor>> Members() const;  // in the order of the text

  // Fails at the first member whose key is not in `keys`.
  void OnlyKeys(std::initializer_list<const char*> keys) const;

 private:
  struct Document;
  JsonCursor(std::shared_ptr<const Document> document, const void* value, std::string at)
      : document_(std::move(document)), value_(value), at_(std::move(at)) {}

  std::shared_ptr<const Document> document_;
  const void* value_;  // of the JSON library, inside *document_
  std::string at_;     // JSON pointer, "" for the root
};

Provenance ReadProvenance(const JsonCursor& at);

}  // namespace edgesim
