"""The parts of the screens. Each shows values it is given; none asks the engine for anything."""
