"""TensorFlow by Keras: the perceptron of suites/batch trained by fit(), from tf.data of tensors or of a generator."""
import os

import mlm_data

# TensorFlow and Keras read these when they are imported. Without a folder, Keras writes no file into the home folder.
os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="-1", KERAS_BACKEND="tensorflow",
                  KERAS_HOME="/dev/null")


def tensorflow_of(job):
    import keras
    import tensorflow
    tensorflow.config.threading.set_intra_op_parallelism_threads(job.threads)
    tensorflow.config.threading.set_inter_op_parallelism_threads(job.threads)
    keras.utils.set_random_seed(job.seed % 2**32)
    return tensorflow, keras


def model_of(tensorflow, keras, perceptron):
    """A model whose step also adds up the loss and the gradients, which PyTorch does by itself."""
    class Summing(keras.Model):
        def train_step(self, data):
            x, y = data
            with tensorflow.GradientTape() as tape:
                loss = self.compute_loss(x=x, y=y, y_pred=self(x, training=True))
            gradients = tape.gradient(loss, self.trainable_variables)
            for total, gradient in zip(sums, [loss, *gradients]):
                total.assign_add(gradient)
            self.optimizer.apply_gradients(zip(gradients, self.trainable_variables))
            return {"loss": loss}

    x = inputs = keras.Input((perceptron.width,))
    for number in range(1, perceptron.layers + 1):
        x = keras.layers.Dense(perceptron.width, activation="relu" if number < perceptron.layers else None,
                               kernel_initializer="zeros")(x)
    model = Summing(inputs, x)
    for number, layer in enumerate(model.layers[1:], 1):
        layer.kernel.assign(perceptron.weights(number))
    sums = [tensorflow.Variable(tensorflow.zeros(shape), trainable=False)
            for shape in [(), *(variable.shape for variable in model.trainable_variables)]]
    return model, sums


def mlp(job, data_of):
    tensorflow, keras = tensorflow_of(job)
    perceptron = mlm_data.perceptron_of(job)
    model, sums = model_of(tensorflow, keras, perceptron)
    # With a rate of 0 an optimizer does all its work, but weights do not change: so all batch sizes do the same work.
    optimizer = {
        "sgd": lambda: keras.optimizers.SGD(learning_rate=0.0),
        "momentum": lambda: keras.optimizers.SGD(learning_rate=0.0, momentum=0.9),
        "adam": lambda: keras.optimizers.Adam(learning_rate=0.0),
    }[job.optimizer]()
    model.compile(optimizer, keras.losses.SparseCategoricalCrossentropy(from_logits=True, reduction="sum"))
    inputs, labels = perceptron.inputs(), perceptron.labels()
    job.checksum(perceptron.checksum(inputs))

    class Progress(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            job.items(min(job.batch, job.samples - batch * job.batch), job.samples)

    def run():
        data = data_of(tensorflow, inputs, labels).batch(job.batch)
        model.fit(data, epochs=1, shuffle=False, verbose=0, callbacks=[Progress()])
        # Of each layer, the weights and then the biases; a layer at a time, because each is a copy.
        layers = ((sums[at].numpy(), sums[at + 1].numpy()) for at in range(1, len(sums), 2))
        return lambda: [float(sums[0].numpy()) / job.samples] + perceptron.gradient_answer(layers)
    return run


def tensors(tensorflow, inputs, labels):
    return tensorflow.data.Dataset.from_tensor_slices((inputs, labels))


def generator(tensorflow, inputs, labels):
    """A Python function that yields one sample after the other."""
    data = tensorflow.data.Dataset.from_generator(
        lambda: zip(inputs, labels),
        output_signature=(tensorflow.TensorSpec(inputs.shape[1:], tensorflow.float32),
                          tensorflow.TensorSpec((), tensorflow.int64)))
    return data.apply(tensorflow.data.experimental.assert_cardinality(len(inputs)))


NEEDS = [("tensorflow", None, "tensorflow-cpu"), ("keras", None, "keras")]
WORKLOADS = {
    "tensorflow_mlp": lambda job: mlp(job, tensors),
    "tensorflow_generator": lambda job: mlp(job, generator),
}
