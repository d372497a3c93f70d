#include "devices/geometric_twin.h"

namespace edgesim {

DurationLaw GeometricTwin(const DurationLaw& law, double interval_s) {
  DurationLaw twin{
      .family = DurationFamily::kGeometric, .mean_s = law.mean_s, .shape = 0, .table = {}};
  switch (law.family) {
    case DurationFamily::kGeometric:
    case DurationFamily::kPoisson:
    case DurationFamily::kNegativeBinomial:
      return twin;  // their mean_s is that of whole intervals already
    case DurationFamily::kGamma:
    case DurationFamily::kLognormal:
    case DurationFamily::kTable:
      break;
  }
  const int longest = LongestStay(law, interval_s);
  const Eigen::VectorXd pmf = DurationPmf(law, interval_s, longest);
  twin.mean_s = interval_s * pmf.dot(Eigen::VectorXd::LinSpaced(longest, 1, longest));
  return twin;
}

DeviceProfile GeometricTwin(DeviceProfile profile) {
  for (ActionProfile& action : profile.actions) {
    for (RailPowerModel& rail : action.rails) {
      for (PowerClass& power : rail.classes) {
        for (HsmmState& state : power.hsmm.states) {
          if (state.duration)
            state.duration = GeometricTwin(*state.duration, power.hsmm.interval_s);
        }
      }
    }
  }
  return profile;
}

}  // namespace edgesim
