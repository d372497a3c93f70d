// A temporal convolutional network (Bai, Kolter and Koltun 2018, arXiv 1803.01271): residual blocks
// of two dilated causal convolutions, forward and backward.
//
// Block i maps h to relu(conv2(relu(conv1(h)))) + h, dilation 2^i in both; a 1x1 convolution stands
// in for h where the number of channels changes. Unlike the paper's there is no ReLU after the sum
// (so that a linear autoregression is within easy reach), no weight norm and no dropout. A 1x1
// convolution at the end makes the outputs.
#pragma once

#include <Eigen/Core>
#include <optional>
#include <vector>

namespace edgesim {

struct TcnShape {
  int inputs = 2;
  int channels = 8;
  int blocks = 5;
  int kernel = 3;  // taps of a convolution
  int outputs = 6;

  // Output t depends on the inputs t - ReceptiveField() + 1 .. t.
  int ReceptiveField() const { return 1 + 2 * (kernel - 1) * ((1 << blocks) - 1); }
};

// One convolution and where its weights lie in the network's parameter vector: an out x in matrix
// per tap, tap k reaching k * dilation steps back, then the biases.
struct TcnConvolution {
  int in = 0, out = 0, taps = 0, dilation = 1;
  Eigen::Index first_weight = 0;

  Eigen::Index Parameters() const { return Eigen::Index{out} * (Eigen::Index{in} * taps + 1); }

  template <typename Vector>
  auto Tap(Vector& parameters, int k) const {
    using Matrix = Eigen::Matrix<typename Vector::Scalar, Eigen::Dynamic, Eigen::Dynamic>;
    using Kept = std::conditional_t<std::is_const_v<Vector>, const Matrix, Matrix>;
    return Eigen::Map<Kept>(parameters.data() + first_weight + Eigen::Index{k} * in * out, out, in);
  }
  template <typename Vector>
  auto Bias(Vector& parameters) const {
    return parameters.segment(first_weight + Eigen::Index{in} * out * taps, out);
  }
};

struct TcnLayout {
  explicit TcnLayout(const TcnShape& shape);  // throws std::invalid_argument

  struct Residual {
    TcnConvolution first, second;
    std::optional<TcnConvolution> skip;
  };
  std::vector<Residual> blocks;
  TcnConvolution head;
  Eigen::Index parameters = 0;
};

// Works on many sequences at once: a matrix has one row per channel and one column per step and
// sequence, column t * batch + b, so that a step back is a shift by `batch` columns. Before the
// first step all is zero. `S` is float (training, sampling) or double (scores, gradient checks).
template <typename S>
class TcnNetwork {
 public:
  using Matrix = Eigen::Matrix<S, Eigen::Dynamic, Eigen::Dynamic>;
  using Vector = Eigen::Matrix<S, Eigen::Dynamic, 1>;

  explicit TcnNetwork(const TcnShape& shape) : layout_(shape), kept_(layout_.blocks.size()) {}

  const TcnLayout& layout() const { return layout_; }

  // Outputs of the head. What Backward needs is kept until the next call.
  const Matrix& Forward(const Vector& parameters, const Matrix& inputs, Eigen::Index batch);

  // Gradient of a loss with respect to the parameters, given its gradient with respect to the
  // outputs of the last Forward.
  void Backward(const Vector& parameters, const Matrix& output_gradient, Vector& gradient);

 private:
  struct Kept {
    Matrix input, hidden, output;  // of the block; output before the skip is added
  };
  void Convolve(const Vector& parameters, const TcnConvolution& conv, const Matrix& in,
                Matrix& out) const;
  // Adds to the gradients of the parameters and of the input.
  void ConvolveBack(const Vector& parameters, const TcnConvolution& conv, const Matrix& in,
                    const Matrix& out_gradient, Vector& gradient, Matrix* in_gradient) const;

  TcnLayout layout_;
  Eigen::Index batch_ = 1;
  std::vector<Kept> kept_;
  Matrix last_, outputs_;                         // input and output of the head
  Matrix after_, before_, hidden_back_, masked_;  // gradients on the way back
};

extern template class TcnNetwork<float>;
extern template class TcnNetwork<double>;

}  // namespace edgesim
