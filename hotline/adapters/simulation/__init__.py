"""The parts of the simulated phone network; `hotline.adapters.simulator` is its front door."""
