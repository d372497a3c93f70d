#include "experiments/setting_texts.h"

namespace edgesim {

namespace {

constexpr SettingText kExperiment[] = {
    {"name", "up to 100 letters, digits, `-`, `_`, `.`; names the run folder"},
    {"seed", "of all noise"},
    {"replicas", "independent repetitions; a learner is trained anew in each. Intervals need 10"},
    {"episodes", "how long learners train and how often policies are evaluated", "-"},
    {"episodes.train", "training episodes of each learner, per replica"},
    {"episodes.eval", "evaluation episodes of each frozen policy, per replica"},
    {"device", "what requests run on: one of `profile`, `host_profile` and `synthetic`",
     "required"},
    {"device.profile",
     "a measured device: a name in `devices/profiles/`, or a path to a .json file", "one of three"},
    {"device.host_profile",
     "a calibrated host (docs/predicting.md): a path to a file of `edgesim calibrate`",
     "one of three"},
    {"device.synthetic", "actions that follow stated laws", "one of three"},
    {"device.synthetic.energy_step_j",
     "energies are rounded to multiples of it, J; where `energy_budget.limit_j` / "
     "`optimum.energy_steps` is that step, the decision model is exact and not sampled"},
    {"device.synthetic.actions", "list of actions that follow stated laws; keys below"},
    {"device.threads",
     "with `host_profile`: threads the requests run on, one of the counts that were calibrated",
     "the most"},
    {"device.power_w", "with `host_profile`: assumed power while a request runs, W", "one of both"},
    {"device.power_profile",
     "with `host_profile`: a measured device, named as `device.profile` is; each action draws the "
     "power of that device's action of the same model and quantisation",
     "one of both"},
    {"device.idle_w", "with `power_w` and `idle: assumed`: assumed power between requests, W"},
    {"device.idle",
     "`assumed`: the assumed idle power, the profile's or `idle_w`, counts between requests"},
    {"actions",
     "list of the device's actions to choose between; with `host_profile` required: a list of "
     "MODEL-QUANTISATION with models of the catalogue (docs/model_cards.md), e.g. "
     "gemma-2-2b-q4_k_m",
     "all"},
    {"remotes",
     "list of actions that run elsewhere: what they take and earn here; keys as of "
     "`device.synthetic.actions`"},
    {"cascades",
     "list of actions that run a small action first and, where a verifier does not accept its "
     "answer, a large one too; keys below"},
    {"cascades.*.name", "of the action"},
    {"cascades.*.small", "the action that runs first: one of the device's or of `remotes`"},
    {"cascades.*.large", "the action that runs where the verifier does not accept, likewise"},
    {"cascades.*.accept_success",
     "the verifier's stated law: P(accepted) of an answer that succeeds"},
    {"cascades.*.accept_failure", "and of one that does not"},
    {"cascades.*.verify_s", "what verifying takes, s"},
    {"cascades.*.verify_w", "power while verifying, W"},
    {"reject", "`true`: turning a request away is an action too; it earns 0 and takes nothing"},
    {"defer",
     "`true`: putting a request back is an action too, until another arrives or completes; needs "
     "`workload.arrivals` poisson"},
    {"success_score",
     "an answer of at least this score is a success: successes and energy per success are "
     "reported; cascades need it"},
    {"workload", "which requests come, and when"},
    {"workload.questions",
     "a name in `workloads/data/`, or a path to a .csv file (docs/judging.md)",
     "required but with `device.synthetic`"},
    {"workload.answers", "likewise: measured tokens and score per question and action",
     "required but with `device.synthetic`"},
    {"workload.classes",
     "with `device.synthetic`: list of names, from which requests are drawn uniformly; a class may "
     "stand more than once",
     "one class"},
    {"workload.requests", "of an episode"},
    {"workload.horizon_s", "ends the episode too, s"},
    {"workload.arrivals", "`closed_loop`, or `{kind: poisson, rate_per_s: R}`"},
    {"workload.arrivals.closed_loop", "the next request arrives when the one before it has ended"},
    {"workload.arrivals.poisson", "requests arrive at random, whatever the device does"},
    {"workload.arrivals.poisson.rate_per_s", "mean arrivals per second"},
    {"observe_category", "`false`: no policy sees the class of a request"},
    {"energy_budget", "what the requests of an episode may take"},
    {"energy_budget.limit_j", "of an episode, J"},
    {"energy_budget.mode",
     "`hard`: its end ends the episode. `chance`: likewise, and P(brown-out) <= `delta` is a "
     "constraint. `expected`: the episode runs on, and E[energy] <= `beta` x `limit_j` is the "
     "constraint"},
    {"energy_budget.beta",
     "with `expected`; with `chance` a second constraint: largest share of the budget that is used "
     "in the mean",
     "1; none"},
    {"energy_budget.delta", "largest probability that the budget's end cuts a request",
     "required for chance"},
    {"energy_budget.brown_out_reward", "earned by the request that the budget's end cuts off"},
    {"power_cap", "no cap is watched without it"},
    {"power_cap.limit_w", "W"},
    {"power_cap.window_s", "the cap binds the mean over this window, s", "one emission interval"},
    {"power_cap.mode", "`observe` counts exceedances, `terminate` ends the episode at the first"},
    {"power_cap.scope", "list of rails whose sum is capped", "all rails"},
    {"power_cap.exceedance_reward", "added to the reward of a completed request that exceeded it"},
    {"power_cap.max_share",
     "constraint: completed requests that exceed it over all requests of an episode, in the mean"},
    {"latency", "nothing is late without it"},
    {"latency.limit_s", "s from arrival to completion; what takes longer is late"},
    {"latency.max_share", "constraint: late requests over all requests of an episode, in the mean"},
    {"power_detail", "one power draw per emission interval"},
    {"optimum", "how finely the optimum is planned", "-"},
    {"optimum.energy_steps", "the planner's energy grid"},
    {"optimum.draws", "samples per class and action for the decision model"},
    {"explain_curve", "two more sentences per learner: what its training curve shows and what not"},
    {"policies",
     "list of kinds, or maps with `kind`, an optional `name`, an optional `shield`, and the kind's "
     "own keys"},
    {"policies.*.name", "of the policy in tables and files", "the kind"},
    {"policies.*.shield",
     "around any policy, with `power_cap`: no action that may exceed it too often"},
    {"policies.*.shield.epsilon",
     "an action whose share of requests over the cap has an upper 95 % bound above epsilon, for "
     "this class, is replaced by the allowed one with the best mean score, or the request is "
     "rejected. `edgesim actions` prints what is masked"},

    // Of actions that follow laws.
    {"**.energy_j", "mean energy of a request, J: a number, or one for each class"},
    {"**.energy_cv", "its coefficient of variation; the law is lognormal"},
    {"**.power_w", "energy / time, W"},
    {"**.burst_w",
     "with `burst_probability` a request draws this instead, W, for a shorter time; both or none"},
    {"**.burst_probability", "how often a request draws `burst_w`"},
    {"**.score", "mean score, 0 to 10 of answers: a number, or one for each class"},
    {"**.score_sd", "standard deviation of normal noise around it"},
    {"**.actions.*.name", "of the action"},
    {"remotes.*.name", "of the action"},

    // Kinds of policies.
    {"policies.random", "any action, each as often"},
    {"policies.greedy-quality", "the best mean score among the actions whose energy still fits"},
    {"policies.greedy-efficiency", "the most mean score per joule"},
    {"policies.pacing", "the best mean score within an even share of what is left"},
    {"policies.risk-pacing", "pacing that keeps back enough for requests that take more"},
    {"policies.fluid",
     "before each request solves the linear programme of mean energies over the rest anew"},
    {"policies.myopic-threshold", "a fixed price of energy, whatever is left"},
    {"policies.online-knapsack",
     "the threshold of the online knapsack problem: dearer energy the more is used"},
    {"policies.q-learning", "tabular Q-learning"},
    {"policies.constrained-dp", "the optimum under constraints; needs one"},
    {"policies.double-q", "Q-learning on two tables that judge each other's choices"},
    {"policies.dyna-q", "Q-learning that also repeats what it remembers"},
    {"policies.exact-dp", "the optimum, by backward induction on the decision model"},
    {"policies.expected-sarsa", "SARSA with the mean over its next action"},
    {"policies.lagrangian-q",
     "Q-learning with a price on each constraint, moved by dual ascent; needs a constraint"},
    {"policies.pid-lagrangian", "the same, prices moved by a PID controller; needs a constraint"},
    {"policies.q-lambda", "Watkins's Q(lambda): Q-learning with eligibility traces"},
    {"policies.sarsa", "Q-learning of the policy that explores"},
    {"policies.saute-q",
     "Q-learning that sees what is left of a constraint; needs one on energy or brown-outs"},
    {"policies.certainty-equivalent", "plans on a model of its own transitions"},
    {"policies.posterior-sampling", "plans on a draw from what it believes of the world"},
    {"policies.optimistic-primal-dual",
     "plans on its own transitions with a price on each constraint"},
    {"policies.linucb", "a linear bandit with an upper confidence bound"},
    {"policies.bwk", "a bandit with knapsacks: confidence bounds and a price of energy"},
    {"policies.static-router",
     "the best fixed map from class to action, under constraints the best that keeps them"},
    {"policies.table", "a policy from a file"},

    // Their own keys.
    {"policies.greedy-quality.margin_sd", "standard deviations of energy that must still fit"},
    {"policies.risk-pacing.quantile",
     "probability with which all requests that are left, were they like this one, must fit into "
     "what is left"},
    {"policies.myopic-threshold.price_per_budget",
     "reward that the energy of a whole budget is worth",
     "the least that keeps the mean energy within the budget"},
    {"policies.exact-dp.category",
     "`false` plans as if the class were not seen; such a policy needs its own `name`"},
    {"policies.table.file", "JSON of `edgesim policy export`, of the same actions and classes"},
    {"policies.*.features", "what the table is indexed by"},
    {"policies.*.energy_bins", "steps of the energy that is left"},
    {"policies.*.learning_rate", "share of a new value in the table's"},
    {"policies.*.learning_rate_floor", "the rate is max(floor, 1/visits)"},
    {"policies.*.discount", "of the next request's value"},
    {"policies.*.epsilon_start", "share of random actions in the first episode"},
    {"policies.*.epsilon_end", "and after `epsilon_episodes`"},
    {"policies.*.epsilon_episodes", "episodes over which it falls, linearly"},
    {"policies.*.epsilon_share", "over this share of training epsilon falls from 1 to 0.05"},
    {"policies.*.initial_q", "value of what was never tried"},
    {"policies.*.trace_decay", "lambda: how far back a step's news reach"},
    {"policies.*.planning_steps", "remembered steps that are repeated after each step"},
    {"policies.saute-q.unsafe_reward", "of a request that ends with less than nothing left"},
    {"policies.*.greedy_share", "of episodes without exploration"},
    {"policies.*.warm_up_share", "of training before multipliers move"},
    {"policies.*.batch_episodes", "episodes per move of the multipliers"},
    {"policies.*.lambda_start", "multipliers at the start, for costs in units of their limit"},
    {"policies.*.lambda_max", "largest multiplier"},
    {"policies.lagrangian-q.step_start",
     "the n-th step of the multipliers is max(step_floor, step_start / n^step_power)"},
    {"policies.lagrangian-q.step_power", "how fast the steps get shorter"},
    {"policies.lagrangian-q.step_floor", "shortest step"},
    {"policies.pid-lagrangian.gain_p", "proportional gain of the controller"},
    {"policies.pid-lagrangian.gain_i", "integral gain"},
    {"policies.pid-lagrangian.gain_d", "derivative gain"},
    {"policies.*.energy_steps", "of the grid it plans on"},
    {"policies.*.least_tries", "of each action before any plan"},
    {"policies.*.growth", "plans anew when it has seen this many times the requests"},
    {"policies.*.margin",
     "standard deviations of cost by which the limits are lowered when frozen"},
    {"policies.*.epsilon", "the share of random actions is epsilon / sqrt(1 + episode)"},
    {"policies.optimistic-primal-dual.step", "the k-th step of the prices is step / sqrt(k)"},
    {"policies.optimistic-primal-dual.step_floor", "but not less than this"},
    {"policies.optimistic-primal-dual.regularisation", "of the prices, towards 0"},
    {"policies.linucb.alpha", "width of the confidence bound"},
    {"policies.linucb.ridge", "of the regression"},
    {"policies.linucb.objective",
     "within_share: a reward counts where its energy was within the even share of what was left; "
     "or reward"},
    {"policies.bwk.exploration",
     "of the confidence radius sqrt(exploration ln(1 + rounds) / tries)"},
    {"policies.bwk.step", "a request moves the price by step / sqrt(request) times its excess"},
    {"policies.bwk.pace", "price per even share spent beyond the even pace"},
};

constexpr SettingText kFidelity[] = {
    {"name", "up to 100 letters, digits, `-`, `_`, `.`; names the folder fidelity/NAME"},
    {"traces", "what was recorded: `samples` and `requests`, or `recordings`", "required"},
    {"traces.samples",
     "csv: action, question_id, t_s, a column RAIL_w per rail; with `traces.requests`", "-"},
    {"traces.requests", "csv: action, question_id, completion_tokens, duration_s", "-"},
    {"traces.recordings", "or a list of recordings in any format that is read", "-"},
    {"traces.format", "of recordings"},
    {"traces.rails", "list of columns to take from recordings; `NAME=COLUMN` renames",
     "the format's"},
    {"traces.group_column",
     "of recordings: a request per value of this column, several columns joined by `+`. Without it "
     "a recording is one course of power, cut in two and judged in blocks"},
    {"traces.action_column",
     "with `traces.group_column`: the column that names the action; its values hold no `/`"},
    {"folds",
     "requests are dealt by name into so many parts, each predicted from fits to the others"},
    {"split_share", "of recordings in blocks: where they are cut, as a share of their length"},
    {"block_s", "of recordings in blocks: length of a block, s"},
    {"draws", "simulated paths per held-out request or block and seed"},
    {"seeds", "independent repetitions of the simulation"},
    {"seed", "of all noise"},
    {"restarts", "EM runs or TCN seeds per fit"},
    {"cap_w", "on the sum of the rails: how often a request has a reading above it, W"},
    {"models", "list of models, in the order of the tables"},
    {"models.*.name", "as above"},
    {"models.*.*",
     "RAIL, or `all`: the model of one rail, or of all rails without a key: words of a structure "
     "as `edgesim fit --model` takes them; `auto`: chosen by held-out score; `iid`: readings drawn "
     "from the training part; `replay`: a training trace as it was; `tcn`; `published`",
     "one needed"},
    {"compare", "two models whose scores are compared request by request"},
    {"compare.reference", "the first of them, which the tables by action show"},
    {"compare.against", "the second"},
    {"published",
     "folder of ACTION/RAIL_hsmm.json for models `published`; without it they are left out, with a "
     "note"},
};

std::string_view Head(std::string_view path) { return path.substr(0, path.find('.')); }
std::string_view Tail(std::string_view path) {
  const std::size_t dot = path.find('.');
  return dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
}

}  // namespace

std::span<const SettingText> ExperimentTexts() { return kExperiment; }
std::span<const SettingText> FidelityTexts() { return kFidelity; }

bool Fits(std::string_view pattern, std::string_view path) {
  if (Head(pattern) == "**") {
    const std::string_view end = Tail(pattern);
    for (; !path.empty(); path = Tail(path)) {
      if (Fits(end, path)) return true;
    }
    return false;
  }
  if (pattern.empty() || path.empty()) return pattern.empty() && path.empty();
  return (Head(pattern) == "*" || Head(pattern) == Head(path)) && Fits(Tail(pattern), Tail(path));
}

const SettingText* FindText(std::span<const SettingText> texts, std::string_view path) {
  for (const SettingText& text : texts) {
    if (Fits(text.pattern, path)) return &text;
  }
  return nullptr;
}

}  // namespace edgesim
