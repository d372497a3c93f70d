#include "calibration/tcn_sample.h"

#include <algorithm>

#include "calibration/mixture_density.h"

namespace edgesim {

using Eigen::Index;

namespace {

// A convolution that takes its input one step at a time, columns = paths.
class StreamingConvolution {
 public:
  StreamingConvolution(const TcnConvolution& conv, Index paths)
      : conv_(conv),
        past_(static_cast<std::size_t>((conv.taps - 1) * conv.dilation + 1),
              Eigen::MatrixXf(conv.in, paths)),
        out_(conv.out, paths) {}

  const Eigen::MatrixXf& Step(const Eigen::VectorXf& weights, const Eigen::MatrixXf& in) {
    past_[steps_ % past_.size()] = in;
    out_.colwise() = conv_.Bias(weights);
    for (int k = 0; k < conv_.taps; ++k) {
      const auto back = static_cast<std::size_t>(k * conv_.dilation);
      if (back > steps_) break;  // zero before the first step
      out_.noalias() += conv_.Tap(weights, k) * past_[(steps_ - back) % past_.size()];
    }
    ++steps_;
    return out_;
  }

 private:
  TcnConvolution conv_;
  std::vector<Eigen::MatrixXf> past_;  // ring: step s at s % size
  Eigen::MatrixXf out_;
  std::size_t steps_ = 0;
};

class StreamingNetwork {
 public:
  StreamingNetwork(const TcnModel& model, Index paths)
      : weights_(model.weights), layout_(model.Shape()), head_(layout_.head, paths) {
    for (const auto& block : layout_.blocks) {
      first_.emplace_back(block.first, paths);
      second_.emplace_back(block.second, paths);
      if (block.skip) skip_.emplace_back(*block.skip, paths);
    }
  }

  const Eigen::MatrixXf& Step(const Eigen::MatrixXf& inputs) {
    flow_ = inputs;
    std::size_t skips = 0;
    for (std::size_t i = 0; i < layout_.blocks.size(); ++i) {
      hidden_ = first_[i].Step(weights_, flow_).cwiseMax(0.0F);
      const Eigen::MatrixXf& out = second_[i].Step(weights_, hidden_);
      if (layout_.blocks[i].skip) {
        flow_ = skip_[skips++].Step(weights_, flow_) + out.cwiseMax(0.0F);
      } else {
        flow_ += out.cwiseMax(0.0F);
      }
    }
    return head_.Step(weights_, flow_);
  }

 private:
  const Eigen::VectorXf& weights_;
  TcnLayout layout_;
  std::vector<StreamingConvolution> first_, second_, skip_;
  StreamingConvolution head_;
  Eigen::MatrixXf flow_, hidden_;
};

}  // namespace

Eigen::MatrixXf SampleTcn(const TcnModel& model, int steps, int draws, const Noise& noise) {
  constexpr Index kTogether = 256;  // paths whose past fits the second-level cache
  Eigen::MatrixXf watts(draws, steps);
  const auto lowest_w = static_cast<float>(model.lowest_w),
             highest_w = static_cast<float>(model.highest_w);
  const auto mean_w = static_cast<float>(model.mean_w), scale_w = static_cast<float>(model.scale_w);
  const auto floor_sd = static_cast<float>(model.FloorSd());
  for (Index begin = 0; steps > 0 && begin < draws; begin += kTogether) {
    const Index paths = std::min(kTogether, draws - begin);
    std::vector<WordStream> words;
    for (Index i = 0; i < paths; ++i) {
      words.push_back(noise.Of(static_cast<std::uint32_t>(begin + i))
                          .Words(StreamOfRail(0, RailStream::kEmission)));
      const std::uint32_t centre =
          UniformIndex(words.back(), static_cast<std::uint32_t>(model.first_w.size()));
      watts(begin + i, 0) = static_cast<float>(model.first_w[centre] +
                                               model.first_sd_w * StandardNormal(words.back()));
    }
    StreamingNetwork network(model, paths);
    Eigen::MatrixXf inputs(kTcnInputs, paths);
    for (Index t = 1; t < steps; ++t) {
      inputs.row(0) =
          (watts.col(t - 1).segment(begin, paths).transpose().array() - mean_w) / scale_w;
      inputs.row(1).setConstant(static_cast<float>(TcnElapsed(t)));
      const Eigen::MatrixXf& outputs = network.Step(inputs);
      for (Index i = 0; i < paths; ++i) {
        const float drawn =
            mean_w + scale_w * DrawFromMixture(outputs.col(i).data(), model.components, floor_sd,
                                               words[static_cast<std::size_t>(i)]);
        watts(begin + i, t) = std::clamp(drawn, lowest_w, highest_w);
      }
    }
  }
  return watts;
}

}  // namespace edgesim
