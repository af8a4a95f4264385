// Placeholder until the first file of VarveLoad lands.
