// Placeholder until the first file of VarveStorage lands.
