// What the states of a fitted model are called: names that say what power does in them.
#pragma once

#include <string>
#include <vector>

#include "devices/hsmm.h"

namespace edgesim {

// One name per state, in the model's order, no two alike. What counts is where a state's readings
// lie, on average over the stays that lead through it: its mean_w, unless it is autoregressive and
// left before it arrives there. A difference is clear where it is above a tenth of the span of
// these levels and above two standard deviations of the readings in the state compared with.
//
// Left to right (every state leads to later ones only, the last is absorbing):
//   idle       the first, where none is lower by two standard deviations of its readings and it is
//              clearly below the last, and those after it until one is higher by as much
//   ramp       from there to the top, or to the level of the last where nothing is clearly above it
//   overshoot  clearly above the last: the top and what is not clearly below it
//   decay      falling from an overshoot, or from the first state on, still clearly above the last
//   settle     at the level of the last, or below it after having reached it
//   plateau    the last
//   start      the first, where it is none of these
// Otherwise, among what is neither ramp nor decay, by mean_w: low, high; low, mid, high; of one,
// four or more level_1, level_2, ..:
//   ramp, decay  power clearly rises or falls during a stay and does not arrive at mean_w
//
// A name that several states have gets a number, in the model's order: ramp_1, ramp_2, ..
std::vector<std::string> StateNames(const Hsmm& model);

}  // namespace edgesim
