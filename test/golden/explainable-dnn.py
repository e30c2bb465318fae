"""Golden values for explainable-dnn (PyTorch 1.13): fixed weights, three Adam steps, inference before and after: prints explainable-dnn.json.

Usage: /usr/bin/python3 test/golden/explainable-dnn.py > test/golden/explainable-dnn.json
"""
import json

import torch
from torch import nn

torch.manual_seed(5)
torch.set_default_dtype(torch.float64)
USERS, ITEMS, FACTORS, LAYERS = 6, 5, 3, [5, 4]
LOW, HIGH, L2, BIAS_L2, RATE = 0.5, 5.0, 0.02, 0.01, 0.05


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.users, self.items = nn.Embedding(USERS, FACTORS), nn.Embedding(ITEMS, FACTORS)
        self.user_bias, self.item_bias = nn.Embedding(USERS, 1), nn.Embedding(ITEMS, 1)
        self.gate_user, self.gate_item = nn.Linear(FACTORS, 1), nn.Linear(FACTORS, 1)
        widths = [2 * FACTORS, *LAYERS]
        self.dense = nn.ModuleList(nn.Linear(a, b, bias=False) for a, b in zip(widths, widths[1:]))
        self.norm = nn.ModuleList(nn.BatchNorm1d(n) for n in LAYERS)
        self.out = nn.Linear(LAYERS[-1], 1)
        for norm in self.norm:
            nn.init.normal_(norm.weight, 1, 0.2)
            nn.init.normal_(norm.bias, 0, 0.2)

    def forward(self, user, item):
        u, i = self.users(user), self.items(item)
        weights = torch.softmax(torch.cat([self.gate_user(u), self.gate_item(i)], 1), 1)
        x = torch.cat([u * weights[:, :1], i * weights[:, 1:]], 1)
        for dense, norm in zip(self.dense, self.norm):
            x = torch.relu(norm(dense(x)))
        strength = torch.sigmoid(self.out(x) + self.user_bias(user) + self.item_bias(item)).squeeze(1)
        return LOW + (HIGH - LOW) * strength, strength, weights


def ours(net):
    state = {
        "users": net.users.weight,
        "items": net.items.weight,
        "userBias": net.user_bias.weight,
        "itemBias": net.item_bias.weight,
        "attention.user": net.gate_user.weight.T,
        "attention.item": net.gate_item.weight.T,
        "attention.bias": torch.cat([net.gate_user.bias, net.gate_item.bias]),
        "output.weight": net.out.weight.T,
        "output.bias": net.out.bias,
    }
    for l, (dense, norm) in enumerate(zip(net.dense, net.norm)):
        state |= {
            f"layer{l}.weight": dense.weight.T,
            f"layer{l}.gamma": norm.weight,
            f"layer{l}.beta": norm.bias,
            f"layer{l}.mean": norm.running_mean,
            f"layer{l}.variance": norm.running_var,
        }
    return {name: value.detach().reshape(-1).tolist() for name, value in state.items()}


def inference(net):
    net.eval()
    with torch.no_grad():
        rating, strength, weights = net(torch.tensor([0, 3, 5]), torch.tensor([1, 4, 0]))
    net.train()
    return {
        "user": [0, 3, 5],
        "item": [1, 4, 0],
        "rating": rating.tolist(),
        "strength": strength.tolist(),
        "attention": weights.reshape(-1).tolist(),
    }


net = Network()
initial, before = ours(net), inference(net)
# No user of the last row, no item of the last row: they move only by Adam's memory, which is none.
user = torch.randint(0, USERS - 1, (18,))
item = torch.randint(0, ITEMS - 1, (18,))
rating = torch.randint(1, 11, (18,)).double() / 2
adam = torch.optim.Adam(net.parameters(), lr=RATE)
losses = []
for step in range(3):
    rows = slice(6 * step, 6 * step + 6)
    u, i, r = user[rows], item[rows], rating[rows]
    fit = ((net(u, i)[0] - r) ** 2).mean()
    penalty = L2 * ((net.users(u) ** 2).sum() + (net.items(i) ** 2).sum())
    penalty = penalty + BIAS_L2 * ((net.user_bias(u) ** 2).sum() + (net.item_bias(i) ** 2).sum())
    adam.zero_grad()
    (fit + penalty / 6).backward()
    adam.step()
    losses.append(fit.item())

print(
    json.dumps(
        {
            "shape": {"users": USERS, "items": ITEMS, "factors": FACTORS, "layers": LAYERS, "min": LOW, "max": HIGH},
            "l2": L2,
            "biasL2": BIAS_L2,
            "learningRate": RATE,
            "user": user.tolist(),
            "item": item.tolist(),
            "rating": rating.tolist(),
            "initial": initial,
            "before": before,
            "losses": losses,
            "final": ours(net),
            "after": inference(net),
        }
    )
)
