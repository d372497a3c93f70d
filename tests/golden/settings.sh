# The golden runs are the shipped experiments, made small. Sourced by check.sh and regenerate.sh.
golden_configs="headline six_actions six_actions_cap"
golden_settings="--set replicas=10 --set episodes.train=300 --set episodes.eval=20 --set optimum.draws=4000"
