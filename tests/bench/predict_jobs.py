#!/usr/bin/env python3
"""Programs whose needs `predict_check.py` predicts: predict_jobs.py JOB N. They are such as users write, with four jobs of
each of five frameworks; three more change their algorithm with the size."""
import sys


def numpy_covariance(n):
    import numpy as np
    x = np.random.default_rng(1).standard_normal((n, 40))
    return np.linalg.eigvalsh(np.cov(x.T))


def numpy_quantiles(n):
    import numpy as np
    x = np.random.default_rng(1).standard_normal((n, 25), dtype=np.float32)
    return np.quantile(x, [0.1, 0.5, 0.9], axis=0)


def numpy_spectrum(n):
    import numpy as np
    x = np.random.default_rng(1).standard_normal(n * 16)
    return np.abs(np.fft.rfft(x[: 1 << (n * 16).bit_length() - 1])).max()


def numpy_distances(n):
    """All pairs of n points: a matrix of n × n."""
    import numpy as np
    x = np.random.default_rng(1).standard_normal((n, 8))
    squares = (x * x).sum(axis=1)
    distances = squares[:, None] + squares[None, :] - 2 * x @ x.T
    return distances.argpartition(5, axis=1)[:, :5].sum()


def frame(n):
    import numpy as np
    import pandas as pd
    random = np.random.default_rng(1)
    names = np.array([f"customer number {i}" for i in range(5000)], dtype=object)
    return pd.DataFrame({"key": random.integers(0, n // 10 + 1, n), "name": names[random.integers(0, 5000, n)],
                         "price": random.random(n), "count": random.integers(0, 100, n, dtype="int32")})


def pandas_group(n):
    return frame(n).groupby("name").agg({"price": ["mean", "std"], "count": "sum"}).sum().sum()


def pandas_join(n):
    table = frame(n)
    other = table.drop_duplicates("key")[["key", "price"]]
    return table.merge(other, on="key", how="left", suffixes=("", "_first"))["price_first"].sum()


def pandas_onehot(n):
    import pandas as pd
    table = frame(n)
    table["bucket"] = table["count"] % 50
    return pd.get_dummies(table[["bucket", "price"]], columns=["bucket"]).sum().sum()


def pandas_rolling(n):
    import pandas as pd
    table = frame(n)
    table.index = pd.date_range("2026-01-01", periods=n, freq="s")
    return table[["price", "count"]].rolling("60s").mean().sum().sum()


def numbers(n, columns):
    import numpy as np
    random = np.random.default_rng(1)
    x = random.standard_normal((n, columns))
    return x, (x[:, 0] + 0.3 * random.standard_normal(n) > 0).astype(int)


def sklearn_logistic(n):
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    x, y = numbers(n, 30)
    return make_pipeline(StandardScaler(), LogisticRegression(max_iter=50)).fit(x, y).score(x, y)


def sklearn_polynomial(n):
    from sklearn.linear_model import SGDClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import PolynomialFeatures
    x, y = numbers(n, 12)
    return make_pipeline(PolynomialFeatures(2), SGDClassifier(max_iter=2, tol=None)).fit(x, y).score(x, y)


def sklearn_boosting(n):
    from sklearn.ensemble import HistGradientBoostingClassifier
    x, y = numbers(n, 40)
    return HistGradientBoostingClassifier(max_iter=30, early_stopping=False).fit(x, y).score(x, y)


def sklearn_words(n):
    import numpy as np
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import HashingVectorizer
    random = np.random.default_rng(1)
    words = np.array([f"word{i}" for i in range(20000)])
    texts = (" ".join(words[random.zipf(1.3, 60) % 20000]) for _ in range(n))
    matrix = HashingVectorizer(n_features=1 << 14).transform(texts)
    return TruncatedSVD(8, n_iter=2, random_state=1).fit_transform(matrix).sum()


def xgboost_classes(n):
    import xgboost
    x, y = numbers(n, 30)
    return xgboost.XGBClassifier(n_estimators=20, tree_method="hist", n_jobs=1).fit(x, y).score(x, y)


def xgboost_quantile(n):
    import numpy as np
    import xgboost
    x, y = numbers(n, 30)
    data = xgboost.QuantileDMatrix(x.astype(np.float32), y)
    return xgboost.train({"objective": "binary:logistic", "tree_method": "hist", "nthread": 1}, data, 15).num_boosted_rounds()


def xgboost_sparse(n):
    import scipy.sparse
    import xgboost
    x = scipy.sparse.random(n, 300, 0.05, format="csr", random_state=1)
    data = xgboost.DMatrix(x, x[:, 0].toarray().ravel() > 0)
    return xgboost.train({"objective": "binary:logistic", "tree_method": "hist", "nthread": 1}, data, 15).num_boosted_rounds()


def xgboost_ranks(n):
    import numpy as np
    import xgboost
    x, y = numbers(n, 20)
    model = xgboost.XGBRanker(n_estimators=15, tree_method="hist", n_jobs=1, objective="rank:pairwise")
    return model.fit(x, y, qid=np.arange(n) // 20).predict(x).sum()


def torch_perceptron(n):
    import torch
    torch.manual_seed(1)
    x, y = torch.randn(n, 60), torch.randint(0, 2, (n,))
    model = torch.nn.Sequential(torch.nn.Linear(60, 128), torch.nn.ReLU(), torch.nn.Linear(128, 2))
    optimizer = torch.optim.Adam(model.parameters())
    for batch in torch.split(torch.randperm(n), 512):
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(model(x[batch]), y[batch]).backward()
        optimizer.step()
    return model[0].weight.sum().item()


def torch_whole(n):
    """All rows in one batch, as a first attempt does it."""
    import torch
    torch.manual_seed(1)
    x, y = torch.randn(n, 20), torch.randn(n, 1)
    model = torch.nn.Sequential(torch.nn.Linear(20, 64), torch.nn.Tanh(), torch.nn.Linear(64, 1))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    for _ in range(3):
        optimizer.zero_grad()
        torch.nn.functional.mse_loss(model(x), y).backward()
        optimizer.step()
    return model[0].weight.sum().item()


def torch_embedding(n):
    """n is the number of words, each with a vector."""
    import torch
    torch.manual_seed(1)
    table = torch.nn.Embedding(n, 64)
    optimizer = torch.optim.Adam(table.parameters())
    for _ in range(3):
        optimizer.zero_grad()
        table(torch.randint(0, n, (4096,))).square().sum().backward()
        optimizer.step()
    return table.weight[0].sum().item()


def torch_attention(n):
    """n is the length of a sequence; the scores of all pairs are held."""
    import torch
    torch.manual_seed(1)
    layer = torch.nn.MultiheadAttention(64, 4, batch_first=True)
    x = torch.randn(1, n, 64)
    out, _ = layer(x, x, x)
    out.sum().backward()
    return layer.in_proj_weight.grad.sum().item()


def jump_solver(n):
    """scikit-learn's PCA chooses another solver above 500 columns."""
    import numpy as np
    from sklearn.decomposition import PCA
    x = np.random.default_rng(1).standard_normal((20000, n))
    return PCA(10).fit(x).explained_variance_.sum()


def jump_copy(n):
    """Small tables are kept as they are, large ones are converted first."""
    import numpy as np
    x = np.ones((n, 50), np.float32)
    if n > 60000:
        x = x.astype(np.float64) * 1.0
    return x.sum()


def jump_chunks(n):
    """Small tables are handled at once, large ones in chunks."""
    import numpy as np
    random = np.random.default_rng(1)
    rows = n if n <= 100000 else 20000
    return sum(float(np.sort(random.random((rows, 60)), axis=0)[0].sum()) for _ in range(0, n, rows))


if __name__ == "__main__":
    print(globals()[sys.argv[1]](int(sys.argv[2])))
