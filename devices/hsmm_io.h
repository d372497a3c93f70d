// An Hsmm as JSON, alone and as part of a profile.
#pragma once

#include <string>

#include "devices/hsmm.h"
#include "devices/json_cursor.h"

namespace edgesim {

// Keys `states`, `initial`, `transition`, `first_reading`, `starts_mid_stay`. Throws InputError
// where the model is not valid.
Hsmm ReadHsmm(const JsonCursor& at, double interval_s);

// The same keys, numbers with so many significant digits; 17 bring doubles back bit by bit, but for
// probabilities, whose sums are restored on reading. The interval is not among them.
std::string FormatHsmm(const Hsmm& model, int digits);

// With so many significant digits; subnormal numbers, which EM leaves behind, are kept.
double RoundedTo(double value, int digits);

}  // namespace edgesim
