#!/usr/bin/env python3
"""Programs whose needs `predict_check.py` predicts: predict_jobs.py JOB N. They are such as users write, with four jobs of
each of five frameworks; three more change their algorithm with the size."""
import os
import sys

os.environ["OMP_NUM_THREADS"] = "1"  # for what takes no number of threads


def numpy_option(n):
    """The price of an Asian option, from n paths of fifty days."""
    import numpy as np
    shocks = np.random.default_rng(11).standard_normal((n, 50))
    steps = (0.03 - 0.2 ** 2 / 2) / 250 + 0.2 * np.sqrt(1 / 250) * shocks
    paths = 100 * np.exp(np.cumsum(steps, axis=1))
    payoffs = np.maximum(paths.mean(axis=1) - 101, 0) * np.exp(-0.03 * 50 / 250)
    knocked = (paths > 115).any(axis=1)
    return payoffs.mean(), 1.96 * payoffs.std() / np.sqrt(n), payoffs[~knocked].mean()


def numpy_spectrum(n):
    """The loudest tones in n seconds of sound, from windows that overlap."""
    import numpy as np
    random = np.random.default_rng(11)
    times = np.arange(8000 * n) / 8000
    sound = np.sin(2 * np.pi * (440 + 30 * np.sin(times)) * times) + 0.3 * random.standard_normal(len(times))
    frames = np.lib.stride_tricks.sliding_window_view(sound, 512)[::128]
    spectrum = np.fft.rfft(frames * np.hanning(512), axis=1)
    decibels = 10 * np.log10(np.abs(spectrum) ** 2 + 1e-12)
    tones = np.fft.rfftfreq(512, 1 / 8000)[decibels.argmax(axis=1)]
    return np.median(tones), (decibels > decibels.mean(axis=0) + 6).mean()


def numpy_readings(n):
    """A file of numbers and names, some of them missing, read by what guesses the types."""
    import tempfile
    import numpy as np
    random = np.random.default_rng(11)
    with tempfile.NamedTemporaryFile("w", suffix=".csv") as file:
        file.write("day,sensor,humidity,light\n")
        for i, (humidity, light) in enumerate(zip(random.random(n), random.integers(0, 4000, n))):
            file.write(f"{i % 365},S{i % 61:02},{'' if i % 50 == 3 else f'{100 * humidity:.2f}'},{light}\n")
        file.flush()
        table = np.genfromtxt(file.name, delimiter=",", names=True, dtype=None, encoding="utf-8")
    good = table[~np.isnan(table["humidity"])]
    return max(good["humidity"][good["sensor"] == sensor].mean() for sensor in np.unique(good["sensor"]))


def numpy_alignment(n):
    """Two sequences of n letters: a table of scores, and one of the ways that led to them."""
    import numpy as np
    random = np.random.default_rng(11)
    first = random.integers(0, 4, n)
    second = np.where(random.random(n) < 0.8, first, random.integers(0, 4, n))
    gaps = 2 * np.arange(n + 1)
    scores, ways = np.zeros((n + 1, n + 1), np.int32), np.zeros((n + 1, n + 1), np.uint8)
    scores[0], scores[:, 0], ways[0], ways[:, 0] = -gaps, -gaps, 2, 1
    for i in range(1, n + 1):
        diagonal = scores[i - 1, :-1] + np.where(second == first[i - 1], 1, -1)
        above = scores[i - 1, 1:] - 2
        best = np.concatenate([[-2 * i], np.maximum(diagonal, above)])
        scores[i] = np.maximum.accumulate(best + gaps) - gaps
        ways[i, 1:] = np.where(scores[i, 1:] > best[1:], 2, above > diagonal)
    i = j = n
    same = 0
    while i and j:
        way = ways[i, j]
        same += way == 0 and first[i - 1] == second[j - 1]
        i, j = i - (way != 2), j - (way != 1)
    return scores[n, n], same


def pandas_taxi(n):
    """Rides, with the names of the zones where they begin and end, and the weather of the hour."""
    import numpy as np
    import pandas as pd
    random = np.random.default_rng(11)
    rides = pd.DataFrame({"start": pd.Timestamp("2023-01-01") + pd.to_timedelta(random.integers(0, 31536000, n), unit="s"),
                          "minutes": random.gamma(2.0, 7.0, n), "from_zone": random.integers(0, 263, n),
                          "to_zone": random.integers(0, 263, n), "passengers": random.integers(1, 6, n)})
    rides["fare"] = (3 + 0.9 * rides["minutes"] + random.random(n)).round(2)
    zones = pd.DataFrame({"zone": range(263), "borough": [f"borough {i % 7}" for i in range(263)],
                          "name": [f"zone {i}" for i in range(263)]})
    weather = pd.DataFrame({"hour": pd.date_range("2023-01-01", periods=8760, freq="H"), "rain": random.random(8760) < 0.1})
    rides["hour"] = rides["start"].dt.floor("H")
    rides = rides.merge(zones, left_on="from_zone", right_on="zone").merge(zones, left_on="to_zone", right_on="zone",
                                                                         suffixes=("_from", "_to"))
    rides = rides.merge(weather, on="hour", how="left")
    rides = rides[rides["fare"].between(4, 200)]
    wet = rides.groupby(["borough_from", "borough_to", "rain"])["fare"].agg(["mean", "count"]).unstack()
    return wet["mean"].diff(axis=1).iloc[:, -1].mean()


def pandas_prices(n):
    """n minutes of sixty shares: when does a price leave the band around its mean?"""
    import numpy as np
    import pandas as pd
    random = np.random.default_rng(11)
    times = pd.date_range("2019-01-01", periods=n, freq="min")
    prices = pd.DataFrame(100 * np.exp(random.normal(0, 1e-4, (n, 60)).cumsum(axis=0)), index=times,
                          columns=[f"S{i:02}" for i in range(60)])
    returns = prices.pct_change()
    mean, deviation = prices.rolling(20).mean(), prices.rolling(20).std()
    signal = (prices < mean - 2 * deviation).astype(int) - (prices > mean + 2 * deviation).astype(int)
    gain = (signal.shift() * returns).sum(axis=1)
    return gain.resample("D").sum().std(), prices.resample("H").last().corr().mean().mean()


def pandas_logs(n):
    """Lines of JSON with one thing inside another, as a server writes them."""
    import json
    import random
    import pandas as pd
    random.seed(11)
    lines = [json.dumps({"id": i, "request": {"path": f"/item/{random.randrange(5000)}", "method": "GET"},
                         "user": {"name": f"user{random.randrange(n)}", "country": random.choice(["de", "fr", "it", "pl"])},
                         "status": random.choice([200, 200, 200, 404, 500]), "seconds": round(random.random(), 3)})
             for i in range(n)]
    table = pd.json_normalize([json.loads(line) for line in lines])
    failed = table[table["status"] >= 400]
    slow = table.groupby("request.path")["seconds"].quantile(0.95)
    return len(failed) / n, slow.max(), table.groupby("user.country")["user.name"].nunique().max()


def pandas_nearest(n):
    """n customers, and the nearest of n / 20 shops to each; all pairs are in a table."""
    import numpy as np
    import pandas as pd
    random = np.random.default_rng(11)
    customers = pd.DataFrame({"customer": range(n), "x": random.random(n), "y": random.random(n)})
    shops = pd.DataFrame({"shop": range(n // 20), "x": random.random(n // 20), "y": random.random(n // 20)})
    pairs = customers.merge(shops, how="cross", suffixes=("", "_shop"))
    pairs["distance"] = np.hypot(pairs["x"] - pairs["x_shop"], pairs["y"] - pairs["y_shop"])
    nearest = pairs.loc[pairs.groupby("customer")["distance"].idxmin()]
    return nearest["distance"].mean(), nearest["shop"].value_counts().max()


def sklearn_boosting(n):
    """Does a customer leave? A tenth of the values are missing."""
    import numpy as np
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import train_test_split
    random = np.random.default_rng(11)
    x = random.gamma(2.0, 1.0, (n, 30))
    y = (x[:, 0] - x[:, 1] * x[:, 2] / 3 + random.standard_normal(n) > 1).astype(int)
    x[random.random(x.shape) < 0.1] = np.nan
    x, x_test, y, y_test = train_test_split(x, y, test_size=0.3, stratify=y, random_state=11)
    model = HistGradientBoostingClassifier(max_iter=12, random_state=11).fit(x, y)
    return roc_auc_score(y_test, model.predict_proba(x_test)[:, 1])


def sklearn_polynomial(n):
    """Products of columns, and three strengths of a ridge tried on three folds each."""
    import numpy as np
    from sklearn.linear_model import Ridge
    from sklearn.model_selection import GridSearchCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import PolynomialFeatures, StandardScaler
    random = np.random.default_rng(11)
    x = random.uniform(-1, 1, (n, 11))
    y = x[:, 0] * x[:, 1] - x[:, 2] ** 2 + x[:, 3] + random.normal(0, 0.1, n)
    model = make_pipeline(PolynomialFeatures(2, include_bias=False), StandardScaler(), Ridge())
    search = GridSearchCV(model, {"ridge__alpha": [0.1, 1.0, 10.0]}, cv=3, n_jobs=1).fit(x, y)
    return search.best_score_, np.abs(y - search.predict(x)).mean()


def sklearn_films(n):
    """n users with thirty ratings each, and films that are like the one they know."""
    import numpy as np
    from scipy.sparse import csr_matrix
    from sklearn.decomposition import TruncatedSVD
    from sklearn.neighbors import NearestNeighbors
    random = np.random.default_rng(11)
    users, films = np.repeat(np.arange(n), 30), (4000 * random.random(30 * n) ** 2).astype(int)
    ratings = random.integers(1, 6, 30 * n).astype(float)
    table = csr_matrix((ratings, (users, films)), shape=(n, 4000))
    reduced = TruncatedSVD(8, random_state=11)
    tastes = reduced.fit_transform(table)
    near = NearestNeighbors(n_neighbors=6, metric="cosine", n_jobs=1).fit(reduced.components_.T)
    return near.kneighbors(reduced.components_.T[:10])[1].sum(), np.linalg.norm(tastes, axis=1).mean()


def sklearn_map(n):
    """n places in a plane, from the distances between all of them."""
    import numpy as np
    from sklearn.manifold import MDS
    from sklearn.metrics import pairwise_distances
    x = np.random.default_rng(11).standard_normal((n, 10)) * np.arange(1, 11)
    distances = pairwise_distances(x, metric="cityblock", n_jobs=1)
    model = MDS(2, n_init=1, max_iter=10, dissimilarity="precomputed", normalized_stress=False, n_jobs=1, random_state=11)
    return np.abs(model.fit_transform(distances)).max()


def xgboost_search(n):
    """n queries with ten answers each, to be put in order."""
    import numpy as np
    import xgboost
    random = np.random.default_rng(11)
    x, query = random.random((10 * n, 24)), np.repeat(np.arange(n), 10)
    y = np.clip(3 * x[:, 0] + x[:, 1] + random.normal(0, 0.4, 10 * n), 0, 4).astype(int)
    model = xgboost.XGBRanker(n_estimators=8, max_depth=4, tree_method="hist", objective="rank:pairwise", n_jobs=1)
    scores = model.fit(x, y, qid=query).predict(x).reshape(n, 10)
    return (y.reshape(n, 10)[np.arange(n), scores.argmax(axis=1)] == 4).mean()


def xgboost_clicks(n):
    """A sparse table: twelve of three thousand columns hold a one."""
    import numpy as np
    import xgboost
    from scipy.sparse import csr_matrix
    random = np.random.default_rng(11)
    columns = np.sort((250 * random.random((n, 12)) ** 2).astype(np.int32) + 250 * np.arange(12, dtype=np.int32), axis=1)
    x = csr_matrix((np.ones(12 * n, np.float32), columns.ravel(), np.arange(0, 12 * n + 1, 12)), shape=(n, 3000))
    y = random.random(n) < 0.02 + 0.2 * (columns[:, 0] < 20) * (columns[:, 5] < 1300)
    held, results = n // 10, {}
    train, test = xgboost.DMatrix(x[held:], y[held:], nthread=1), xgboost.DMatrix(x[:held], y[:held], nthread=1)
    settings = {"objective": "binary:logistic", "tree_method": "hist", "eval_metric": "logloss", "nthread": 1}
    xgboost.train(settings, train, 15, evals=[(test, "test")], evals_result=results, verbose_eval=False)
    return results["test"]["logloss"][-1]


def xgboost_sales(n):
    """n shops, a year of sales of each: tomorrow's from those of the days before."""
    import numpy as np
    import pandas as pd
    import xgboost
    random = np.random.default_rng(11)
    table = pd.DataFrame({"shop": np.repeat(np.arange(n), 365), "day": np.tile(pd.date_range("2024-01-01", periods=365), n)})
    table["sold"] = random.poisson(20 + 8 * np.sin(table["day"].dt.dayofweek) + table["shop"] % 9)
    by_shop = table.groupby("shop")["sold"]
    for days in (1, 2, 7, 14, 28):
        table[f"before_{days}"] = by_shop.shift(days)
    table["mean_7"] = table.groupby("shop")["before_1"].rolling(7).mean().reset_index(level=0, drop=True)
    table["weekday"], table["month"] = table["day"].dt.dayofweek, table["day"].dt.month
    table = table.dropna()
    old = table["day"] < "2024-11-01"
    x, y = table.drop(columns=["day", "sold"]), table["sold"]
    model = xgboost.XGBRegressor(n_estimators=15, tree_method="hist", objective="count:poisson", n_jobs=1)
    return np.abs(model.fit(x[old], y[old]).predict(x[~old]) - y[~old]).mean()


def xgboost_reasons(n):
    """What each column adds to the prediction of each row."""
    import numpy as np
    import xgboost
    random = np.random.default_rng(11)
    x = random.standard_normal((n, 40), dtype=np.float32)
    y = x[:, 0] + x[:, 1] * x[:, 2] + random.standard_normal(n, dtype=np.float32)
    names = [f"column {i}" for i in range(40)]
    train = xgboost.DMatrix(x[: n // 4], y[: n // 4], feature_names=names, nthread=1)
    model = xgboost.train({"tree_method": "hist", "max_depth": 3, "nthread": 1, "seed": 11}, train, 12)
    reasons = model.predict(xgboost.DMatrix(x, feature_names=names, nthread=1), pred_contribs=True)
    return names[np.abs(reasons[:, :-1]).mean(axis=0).argmax()]


def torch_start():
    import torch
    torch.manual_seed(11)
    torch.set_num_threads(1)
    return torch


def torch_attention(n):
    """n is the length of a sequence; each place looks at each."""
    torch = torch_start()
    layer = torch.nn.TransformerEncoderLayer(32, 2, 64, batch_first=True)
    words, last = torch.nn.Embedding(500, 32), torch.nn.Linear(32, 500)
    optimizer = torch.optim.AdamW([*words.parameters(), *layer.parameters(), *last.parameters()])
    ahead = torch.triu(torch.ones(n, n, dtype=torch.bool), 1)
    for _ in range(2):
        text = torch.randint(0, 500, (1, n + 1))
        optimizer.zero_grad()
        guess = last(layer(words(text[:, :-1]), src_mask=ahead))
        loss = torch.nn.functional.cross_entropy(guess[0], text[0, 1:])
        loss.backward()
        optimizer.step()
    return loss.item()


def torch_anomalies(n):
    """All rows at once through a network that makes them narrow and wide again; which come out worst?"""
    torch = torch_start()
    x = torch.randn(n, 12) @ torch.randn(12, 30) + 0.1 * torch.randn(n, 30)
    x = (x - x.mean(dim=0)) / x.std(dim=0)
    model = torch.nn.Sequential(torch.nn.Linear(30, 64), torch.nn.ReLU(), torch.nn.Linear(64, 8), torch.nn.ReLU(),
                                torch.nn.Linear(8, 64), torch.nn.ReLU(), torch.nn.Linear(64, 30))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(4):
        optimizer.zero_grad()
        torch.nn.functional.mse_loss(model(x), x).backward()
        optimizer.step()
    with torch.no_grad():
        errors = ((model(x) - x) ** 2).mean(dim=1)
    return errors.topk(n // 100).indices.float().mean().item()


def torch_ratings(n):
    """n users: a vector and an offset of each are learned, from ten ratings each."""
    torch = torch_start()
    users, films = torch.arange(n).repeat_interleave(10), torch.randint(0, 3000, (10 * n,))
    ratings = torch.randint(1, 6, (10 * n,)).float()
    user, film = torch.nn.Embedding(n, 24), torch.nn.Embedding(3000, 24)
    offset = torch.nn.Embedding(n, 1)
    optimizer = torch.optim.Adam([*user.parameters(), *film.parameters(), *offset.parameters()], lr=0.01)
    for chosen in torch.randperm(10 * n).chunk(10):
        optimizer.zero_grad()
        guess = (user(users[chosen]) * film(films[chosen])).sum(dim=1) + offset(users[chosen])[:, 0]
        torch.nn.functional.mse_loss(guess, ratings[chosen]).backward()
        optimizer.step()
    return user.weight.norm().item()


class Photos:
    """Pictures that are made when they are asked for, as if from files."""
    def __init__(self, torch, n):
        self.torch, self.n = torch, n

    def __len__(self):
        return self.n

    def __getitem__(self, i):
        generator = self.torch.Generator().manual_seed(i)
        return self.torch.rand(3, 32, 32, generator=generator), i % 5


def torch_features(n):
    """A network that is not trained any more gives features of pictures; a line is fitted to all of them."""
    torch = torch_start()
    body = torch.nn.Sequential(torch.nn.Conv2d(3, 12, 5, stride=3), torch.nn.ReLU(), torch.nn.MaxPool2d(2),
                               torch.nn.Flatten()).eval()
    features, labels = [], []
    with torch.no_grad():
        for pictures, kinds in torch.utils.data.DataLoader(Photos(torch, n), batch_size=64):
            features.append(body(pictures))
            labels.append(kinds)
    x, y = torch.cat(features), torch.cat(labels)
    head = torch.nn.Linear(x.shape[1], 5)
    optimizer = torch.optim.SGD(head.parameters(), lr=0.1)
    for _ in range(5):
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(head(x), y).backward()
        optimizer.step()
    return (head(x).argmax(dim=1) == y).float().mean().item()


def jump_isin(n):
    """NumPy sorts both arrays to look up one in the other, but counts in a table where they fill their range enough."""
    import numpy as np
    random = np.random.default_rng(1)
    wanted, there = random.integers(0, 20_000_000, n), random.integers(0, 20_000_000, n)
    return np.isin(wanted, there).sum()


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
