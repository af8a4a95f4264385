// Placeholder until the first file of VarveBytes lands.
