# The golden runs are the shipped experiments, made small. Sourced by check.sh and regenerate.sh.
golden_configs="class_ladder cloud_fallback headline s1_hard s2_brownout s2_chance s3_powercap s5_headline six_actions six_actions_cap six_actions_expected six_actions_shield"
golden_settings_of() {  # config
  local train=60
  case $1 in headline | six_actions | six_actions_cap) train=300 ;; esac
  echo "--set replicas=10 --set episodes.train=$train --set episodes.eval=20 --set optimum.draws=4000"
}
