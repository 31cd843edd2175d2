#!/usr/bin/env python3
"""Programs whose needs `predict_check.py` predicts: predict_jobs.py JOB N. They are such as users write, with four jobs of
each of five frameworks; three more change their algorithm with the size."""
import sys


def numpy_regression(n):
    import numpy as np
    random = np.random.default_rng(7)
    x = random.standard_normal((n, 31))
    y = x[:, :5].sum(axis=1) + random.standard_normal(n)
    design = np.column_stack([np.ones(n), x])
    return np.linalg.lstsq(design, y, rcond=None)[0].sum()


def numpy_bootstrap(n):
    """A hundred resamples of n observations, drawn at once."""
    import numpy as np
    random = np.random.default_rng(7)
    x = random.exponential(3.0, n)
    picks = random.integers(0, n, (100, n))
    return np.percentile(x[picks].mean(axis=1), [2.5, 97.5])


def numpy_stations(n):
    """Means by a name, where each row holds the name itself."""
    import numpy as np
    random = np.random.default_rng(7)
    stations = np.array([f"station {i:05}" for i in range(3000)])
    column, degrees = stations[random.integers(0, 3000, n)], random.normal(12, 8, n)
    names, which, counts = np.unique(column, return_inverse=True, return_counts=True)
    return names[np.argmax(np.bincount(which, weights=degrees) / counts)]


def numpy_correlation(n):
    """n is the number of series; each is compared with each."""
    import numpy as np
    x = np.random.default_rng(7).standard_normal((n, 250)).cumsum(axis=1)
    correlation = np.corrcoef(x)
    return (np.abs(correlation) > 0.9).sum() - n


def orders(n, seed=7):
    import numpy as np
    import pandas as pd
    random = np.random.default_rng(seed)
    cities = np.array([f"city {i}" for i in range(400)], dtype=object)
    kinds = np.array(["book", "food", "garden", "music", "office", "shoes", "tools", "toys"], dtype=object)
    return pd.DataFrame({"when": np.datetime64("2024-01-01", "ns") + random.integers(0, 86400 * 730, n) * 10 ** 9,
                         "customer": random.integers(0, n // 20 + 1, n), "city": cities[random.integers(0, 400, n)],
                         "kind": kinds[random.integers(0, 8, n)], "amount": random.gamma(2.0, 20.0, n)})


def sentences(n, length=30):
    import numpy as np
    random = np.random.default_rng(7)
    words = np.array([f"word{i}" for i in range(20000)], dtype=object)
    lengths = random.integers(length // 3, length, n)
    return [" ".join(words[(20000 * random.random(length) ** 3).astype(int)]) for length in lengths]


def pandas_csv(n):
    import tempfile
    import pandas as pd
    with tempfile.NamedTemporaryFile("w", suffix=".csv") as file:
        file.write("time,machine,state,pressure,temperature\n")
        for i in range(n):
            file.write(f"2025-{1 + i * 12 // n:02}-{1 + i % 28:02} {i % 24:02}:{i % 60:02}:{i % 47:02},machine {i % 173},"
                       f"{'ok' if i % 7 else 'late'},{i % 1013 / 7:.3f},{i % 97 / 3:.2f}\n")
        file.flush()
        table = pd.read_csv(file.name, parse_dates=["time"])
    late = table[table["state"] == "late"]
    return late.groupby([late["time"].dt.date, "machine"])["pressure"].mean().max()


def pandas_words(n):
    import pandas as pd
    words = pd.Series(sentences(n, 24)).str.upper().str.split().explode()
    return words.value_counts().head(20).sum()


def pandas_pivot(n):
    table = orders(n)
    table["month"] = table["when"].dt.month
    table["kind"] = table["kind"].astype("category")
    wide = table.pivot_table(index="customer", columns="kind", values="amount", aggfunc="sum", fill_value=0)
    return wide.corr().sum().sum() + table.groupby("month")["amount"].sum().max()


def pandas_visits(n):
    """The time between two orders of a customer, from eight tables put together."""
    import pandas as pd
    table = pd.concat([orders(n // 8, seed) for seed in range(8)], ignore_index=True).drop_duplicates()
    table = table.sort_values(["customer", "when"])
    table["pause"] = table.groupby("customer")["when"].diff().dt.total_seconds()
    return table.dropna()["pause"].median()


def measurements(n, columns, classes=2):
    import numpy as np
    random = np.random.default_rng(7)
    x = random.standard_normal((n, columns))
    score = x[:, 0] * x[:, 1] + x[:, 2] + 0.5 * random.standard_normal(n)
    return x, np.digitize(score, np.quantile(score, np.arange(1, classes) / classes))


def sklearn_forest(n):
    """Trees as deep as they get, as they are without a parameter."""
    from sklearn.ensemble import ExtraTreesClassifier
    x, y = measurements(n, 20)
    return ExtraTreesClassifier(n_estimators=10, n_jobs=1, random_state=7).fit(x, y).score(x[:1000], y[:1000])


def sklearn_columns(n):
    from sklearn.compose import ColumnTransformer
    from sklearn.linear_model import Ridge
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler
    table = orders(n)
    table["hour"], table["weekday"] = table["when"].dt.hour, table["when"].dt.day_name()
    columns = ColumnTransformer([("names", OneHotEncoder(handle_unknown="ignore"), ["city", "kind", "weekday"]),
                                 ("numbers", StandardScaler(), ["hour", "customer"])])
    x = table.drop(columns="amount")
    return make_pipeline(columns, Ridge()).fit(x, table["amount"]).predict(x).mean()


def sklearn_spam(n):
    """Single words and pairs; the more texts, the more pairs are new."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.naive_bayes import MultinomialNB
    texts = sentences(n)
    y = [i % 3 == 0 for i in range(n)]
    x = TfidfVectorizer(ngram_range=(1, 2)).fit_transform(texts)
    return MultinomialNB().fit(x, y).score(x, y)


def sklearn_clusters(n):
    """The distances of all pairs are held."""
    import numpy as np
    from sklearn.cluster import AgglomerativeClustering
    x, _ = measurements(n, 6)
    return np.bincount(AgglomerativeClustering(20, linkage="average").fit_predict(x)).max()


def xgboost_exact(n):
    import xgboost
    x, y = measurements(n, 20)
    return xgboost.XGBRegressor(n_estimators=6, tree_method="exact", n_jobs=1).fit(x, y).predict(x).mean()


def xgboost_categories(n):
    import xgboost
    table = orders(n)
    table["month"], table["hour"] = table["when"].dt.month, table["when"].dt.hour
    x = table.drop(columns=["when", "amount"]).astype({"city": "category", "kind": "category"})
    model = xgboost.XGBRegressor(n_estimators=15, tree_method="hist", enable_categorical=True, n_jobs=1)
    return model.fit(x, table["amount"]).predict(x).mean()


def xgboost_folds(n):
    import xgboost
    x, y = measurements(n, 25)
    settings = {"objective": "binary:logistic", "tree_method": "hist", "nthread": 1, "eval_metric": "auc"}
    return xgboost.cv(settings, xgboost.DMatrix(x, y, nthread=1), 8, nfold=4, seed=7)["test-auc-mean"].max()


def xgboost_many(n):
    """Eight classes, a part held back to know when to stop."""
    import xgboost
    from sklearn.model_selection import train_test_split
    x, y = measurements(n, 20, 8)
    x, x_held, y, y_held = train_test_split(x, y, test_size=0.25, random_state=7)
    model = xgboost.XGBClassifier(n_estimators=5, tree_method="hist", n_jobs=1, early_stopping_rounds=2)
    return model.fit(x, y, eval_set=[(x_held, y_held)], verbose=False).best_score


def torch_convolution(n):
    import torch
    torch.manual_seed(7)
    torch.set_num_threads(1)
    images, y = torch.randint(0, 256, (n, 1, 28, 28), dtype=torch.uint8), torch.randint(0, 10, (n,))
    x = images.float() / 255
    x = (x - x.mean()) / x.std()
    model = torch.nn.Sequential(torch.nn.Conv2d(1, 8, 3, stride=2), torch.nn.ReLU(), torch.nn.Conv2d(8, 16, 3, stride=2),
                                torch.nn.ReLU(), torch.nn.Flatten(), torch.nn.Linear(576, 10))
    optimizer = torch.optim.Adam(model.parameters())
    for batch, labels in torch.utils.data.DataLoader(torch.utils.data.TensorDataset(x, y), batch_size=256, shuffle=True):
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(model(batch), labels).backward()
        optimizer.step()
    return model[0].weight.sum().item()


def torch_text(n):
    """Texts of different lengths, padded to the longest."""
    import torch
    torch.manual_seed(7)
    torch.set_num_threads(1)
    texts = [torch.randint(1, 20000, (length,)) for length in torch.randint(10, 61, (n,)).tolist()]
    x = torch.nn.utils.rnn.pad_sequence(texts, batch_first=True)
    y = torch.tensor([float(text[0] % 2) for text in texts])
    bag, last = torch.nn.EmbeddingBag(20000, 32, padding_idx=0), torch.nn.Linear(32, 1)
    optimizer = torch.optim.SGD([*bag.parameters(), *last.parameters()], lr=0.1)
    for batch in torch.split(torch.randperm(n), 1024):
        optimizer.zero_grad()
        torch.nn.functional.binary_cross_entropy_with_logits(last(bag(x[batch]))[:, 0], y[batch]).backward()
        optimizer.step()
    return last.weight.sum().item()


def torch_graph(n):
    """n is the number of nodes, with sixteen edges from each; two layers on the whole graph."""
    import torch
    torch.manual_seed(7)
    torch.set_num_threads(1)
    edges = torch.stack([torch.arange(n).repeat(16), torch.randint(0, n, (16 * n,))])
    graph = torch.sparse_coo_tensor(edges, torch.full((16 * n,), 1 / 16), (n, n)).coalesce()
    x, y = torch.randn(n, 64), torch.randint(0, 7, (n,))
    first, second = torch.nn.Linear(64, 32), torch.nn.Linear(32, 7)
    optimizer = torch.optim.Adam([*first.parameters(), *second.parameters()])
    for _ in range(3):
        optimizer.zero_grad()
        hidden = torch.relu(first(torch.sparse.mm(graph, x)))
        torch.nn.functional.cross_entropy(second(torch.sparse.mm(graph, hidden)), y).backward()
        optimizer.step()
    return first.weight.sum().item()


def torch_contrast(n):
    """n is the number of pairs in a batch; each of one side is compared with each of the other."""
    import torch
    torch.manual_seed(7)
    torch.set_num_threads(1)
    left, right = torch.randn(n, 128), torch.randn(n, 128)
    model, same = torch.nn.Linear(128, 64), torch.arange(n)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for _ in range(2):
        optimizer.zero_grad()
        a, b = (torch.nn.functional.normalize(model(side)) for side in (left, right))
        scores = a @ b.T / 0.1
        loss = torch.nn.functional.cross_entropy(scores, same) + torch.nn.functional.cross_entropy(scores.T, same)
        loss.backward()
        optimizer.step()
    return loss.item()


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
