#include "calibration/tcn.h"

#include <algorithm>
#include <stdexcept>

namespace edgesim {

using Eigen::Index;

TcnLayout::TcnLayout(const TcnShape& shape) {
  constexpr int kMostBlocks = 20;  // a receptive field of millions of steps
  if (shape.inputs < 1 || shape.channels < 1 || shape.outputs < 1 || shape.kernel < 1 ||
      shape.blocks < 1 || shape.blocks > kMostBlocks) {
    throw std::invalid_argument("a TCN needs 1 to 20 blocks and all other sizes at least 1");
  }
  const auto place = [this](int in, int out, int taps, int dilation) {
    const TcnConvolution conv{
        .in = in, .out = out, .taps = taps, .dilation = dilation, .first_weight = parameters};
    parameters += conv.Parameters();
    return conv;
  };
  int in = shape.inputs;
  for (int i = 0; i < shape.blocks; ++i) {
    Residual block;
    block.first = place(in, shape.channels, shape.kernel, 1 << i);
    block.second = place(shape.channels, shape.channels, shape.kernel, 1 << i);
    if (in != shape.channels) block.skip = place(in, shape.channels, 1, 1);
    blocks.push_back(block);
    in = shape.channels;
  }
  head = place(shape.channels, shape.outputs, 1, 1);
}

template <typename S>
void TcnNetwork<S>::Convolve(const Vector& parameters, const TcnConvolution& conv, const Matrix& in,
                             Matrix& out) const {
  const Index columns = in.cols();
  out.resize(conv.out, columns);
  out.colwise() = conv.Bias(parameters);
  for (int k = 0; k < conv.taps; ++k) {
    const Index shift = Index{k} * conv.dilation * batch_;
    if (shift >= columns) break;
    out.rightCols(columns - shift).noalias() +=
        conv.Tap(parameters, k) * in.leftCols(columns - shift);
  }
}

template <typename S>
void TcnNetwork<S>::ConvolveBack(const Vector& parameters, const TcnConvolution& conv,
                                 const Matrix& in, const Matrix& out_gradient, Vector& gradient,
                                 Matrix* in_gradient) const {
  // Eigen cuts long sums by the CPU's cache size, and with it their rounding. Pieces of this size
  // it leaves whole for first-level caches from 16 KB up (tried to 512 KB): gradients are the same
  // bits.
  constexpr Index kPiece = 256;
  const Index columns = in.cols();
  conv.Bias(gradient) += out_gradient.rowwise().sum();
  for (int k = 0; k < conv.taps; ++k) {
    const Index shift = Index{k} * conv.dilation * batch_;
    if (shift >= columns) break;
    auto tap = conv.Tap(gradient, k);
    for (Index c = 0; c < columns - shift; c += kPiece) {
      const Index size = std::min(kPiece, columns - shift - c);
      tap.noalias() +=
          out_gradient.middleCols(c + shift, size) * in.middleCols(c, size).transpose();
    }
    if (in_gradient != nullptr) {
      in_gradient->leftCols(columns - shift).noalias() +=
          conv.Tap(parameters, k).transpose() * out_gradient.rightCols(columns - shift);
    }
  }
}

template <typename S>
const typename TcnNetwork<S>::Matrix& TcnNetwork<S>::Forward(const Vector& parameters,
                                                             const Matrix& inputs, Index batch) {
  batch_ = batch;
  for (std::size_t i = 0; i < kept_.size(); ++i) {
    const auto& block = layout_.blocks[i];
    Kept& kept = kept_[i];
    if (i == 0) kept.input = inputs;
    Convolve(parameters, block.first, kept.input, kept.hidden);
    kept.hidden = kept.hidden.cwiseMax(S{0});
    Convolve(parameters, block.second, kept.hidden, kept.output);
    kept.output = kept.output.cwiseMax(S{0});
    Matrix& next = i + 1 < kept_.size() ? kept_[i + 1].input : last_;
    if (block.skip) {
      Convolve(parameters, *block.skip, kept.input, next);
      next += kept.output;
    } else {
      next = kept.input + kept.output;
    }
  }
  Convolve(parameters, layout_.head, last_, outputs_);
  return outputs_;
}

template <typename S>
void TcnNetwork<S>::Backward(const Vector& parameters, const Matrix& output_gradient,
                             Vector& gradient) {
  gradient.setZero(layout_.parameters);
  after_.setZero(last_.rows(), last_.cols());
  ConvolveBack(parameters, layout_.head, last_, output_gradient, gradient, &after_);
  for (std::size_t i = kept_.size(); i-- > 0;) {
    const auto& block = layout_.blocks[i];
    const Kept& kept = kept_[i];
    masked_ = (kept.output.array() > S{0}).select(after_, S{0});
    hidden_back_.setZero(kept.hidden.rows(), kept.hidden.cols());
    ConvolveBack(parameters, block.second, kept.hidden, masked_, gradient, &hidden_back_);
    hidden_back_ = (kept.hidden.array() > S{0}).select(hidden_back_, S{0});
    Matrix* before = nullptr;
    if (i > 0) {  // nobody asks for the gradient of the inputs
      before_ = after_;
      before = &before_;
    }
    ConvolveBack(parameters, block.first, kept.input, hidden_back_, gradient, before);
    if (block.skip) ConvolveBack(parameters, *block.skip, kept.input, after_, gradient, nullptr);
    after_.swap(before_);
  }
}

template class TcnNetwork<float>;
template class TcnNetwork<double>;

}  // namespace edgesim
